// The interactive chart, on request: plotly.js is loaded only when a reader asks for it. Without
// this file, or if anything fails, the drawn chart stays where it is.
"use strict";

(() => {
  const locale = {
    moduleType: "locale",
    name: "vi",
    dictionary: {
      "Autoscale": "Tự chỉnh thang",
      "Box Select": "Chọn theo khung",
      "Click to enter Colorscale title": "",
      "Double-click to zoom back out": "Nháy đúp để thu lại",
      "Download plot as a PNG": "Tải hình PNG",
      "Download plot": "Tải hình",
      "Lasso Select": "Chọn tự do",
      "Pan": "Di chuyển",
      "Reset": "Đặt lại",
      "Reset axes": "Đặt lại trục",
      "Zoom": "Phóng to",
      "Zoom in": "Phóng to",
      "Zoom out": "Thu nhỏ",
      "Snapshot succeeded": "Đã tải hình",
      "Taking snapshot - this may take a few seconds": "Đang tạo hình…",
    },
    format: { decimal: ",", thousands: ".", date: "%d/%m/%Y" },
  };

  let loading;
  const loadPlotly = (address) => {
    loading ||= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = address;
      script.onload = () => {
        window.Plotly.register(locale);
        resolve(window.Plotly);
      };
      script.onerror = () => {
        loading = undefined;
        reject(new Error(address));
      };
      document.head.append(script);
    });
    return loading;
  };

  // The figure holds the light colours; the page's own stand for them, in dark mode too.
  const inPageColours = (text, figure) => {
    const style = getComputedStyle(document.documentElement);
    const names = (figure.layout.meta || {}).colours || {};
    return JSON.parse(
      Object.entries(names).reduce((json, [light, name]) => {
        const colour = style.getPropertyValue(`--${name}`).trim();
        return colour ? json.replaceAll(`"${light}"`, JSON.stringify(colour)) : json;
      }, text),
    );
  };

  const draw = async (chart, place) => {
    const [plotly, response] = await Promise.all([
      loadPlotly(chart.dataset.plotly),
      fetch(chart.dataset.figure),
    ]);
    if (!response.ok) throw new Error(String(response.status));
    const text = await response.text();
    const { data, layout } = inPageColours(text, JSON.parse(text));
    await plotly.newPlot(place, data, layout, {
      locale: document.documentElement.lang,
      responsive: true,
      displaylogo: false,
    });
  };

  document.querySelectorAll("figure.chart").forEach((chart) => {
    const drawing = chart.querySelector(".drawing");
    const place = document.createElement("div");
    const button = document.createElement("button");
    const status = document.createElement("p");
    place.hidden = true;
    status.setAttribute("role", "status");
    button.type = "button";
    button.textContent = chart.dataset.open;
    const show = (interactive) => {
      place.hidden = !interactive;
      drawing.hidden = interactive;
      button.textContent = interactive ? chart.dataset.close : chart.dataset.open;
    };
    button.addEventListener("click", async () => {
      if (!place.hidden) return show(false);
      if (place.hasChildNodes()) return show(true);
      status.textContent = chart.dataset.wait;
      button.disabled = true;
      place.hidden = false;
      try {
        await draw(chart, place);
        show(true);
        status.textContent = "";
      } catch {
        place.replaceChildren();
        show(false);
        status.textContent = chart.dataset.failed;
      }
      button.disabled = false;
    });
    drawing.after(place);
    chart.querySelector(".chart-foot").prepend(button, status);
  });
})();
