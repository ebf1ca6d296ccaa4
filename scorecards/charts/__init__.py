"""The charts of the portal: each module builds one, as a plotly figure and all that explains it."""

from scorecards.charts.classes import class_counts_chart
from scorecards.charts.distribution import distribution_chart
from scorecards.charts.ranking import ranking_chart
from scorecards.charts.trend import index_trend

__all__ = ["class_counts_chart", "distribution_chart", "index_trend", "ranking_chart"]
