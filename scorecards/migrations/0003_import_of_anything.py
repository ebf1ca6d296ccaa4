"""An import belongs to an authority; scores are no longer all that is imported."""

import django.db.models.deletion
from django.db import migrations, models

# The records are kept by a trigger, which must look away while they learn whose they are.
# PostgreSQL alters no table whose deferred foreign keys are still to be checked.
FILL = """
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE scorecards_importrun DISABLE TRIGGER import_run_is_kept;
UPDATE scorecards_importrun run SET authority_id = unit_group.authority_id
FROM scorecards_framework framework
JOIN units_unitgroup unit_group ON unit_group.id = framework.group_id
WHERE framework.id = run.framework_id;
ALTER TABLE scorecards_importrun ENABLE TRIGGER import_run_is_kept;
SET CONSTRAINTS ALL DEFERRED;
"""


class Migration(migrations.Migration):
    dependencies = [("scorecards", "0002_rules_across_rows"), ("units", "0001_initial")]

    operations = [
        migrations.AddField(
            "importrun",
            "authority",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="imports",
                to="units.authority",
                verbose_name="authority",
            ),
        ),
        migrations.RunSQL(FILL),
        migrations.AlterField(
            "importrun",
            "authority",
            models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="imports",
                to="units.authority",
                verbose_name="authority",
            ),
        ),
        migrations.AddField(
            "importrun",
            "subject",
            models.CharField(
                choices=[
                    ("scores", "scores"),
                    ("dossiers", "dossiers by month"),
                    ("commitments", "commitments"),
                ],
                default="scores",
                max_length=12,
                verbose_name="what was imported",
            ),
        ),
        migrations.AlterField(
            "importrun",
            "framework",
            models.ForeignKey(
                blank=True,
                help_text="Of scores only.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="imports",
                to="scorecards.framework",
                verbose_name="framework",
            ),
        ),
        migrations.AddConstraint(
            "importrun",
            models.CheckConstraint(
                condition=models.Q(
                    models.Q(("framework__isnull", False), ("subject", "scores")),
                    models.Q(
                        ("framework__isnull", True), ("subject__in", ["dossiers", "commitments"])
                    ),
                    _connector="OR",
                ),
                name="import_run_of_scores_names_its_framework",
                violation_error_message="Scores are imported into a framework.",
            ),
        ),
    ]
