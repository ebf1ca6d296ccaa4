// The interactive chart, on request: plotly.js is loaded only when a reader asks for it. Without
// this file, or if anything fails, the drawn chart stays where it is. Nothing moves by itself.
"use strict";

(() => {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const touch = matchMedia("(pointer: coarse)");
  const scripts = new Map();

  const load = (address) => {
    if (!scripts.has(address)) {
      scripts.set(
        address,
        new Promise((resolve, reject) => {
          const script = document.createElement("script");
          script.src = address;
          script.onload = resolve;
          script.onerror = () => {
            scripts.delete(address);
            script.remove();
            reject(new Error(address));
          };
          document.head.append(script);
        }),
      );
    }
    return scripts.get(address);
  };

  const loadPlotly = async ({ plotly, locale }) => {
    await load(plotly);
    if (document.documentElement.lang === "vi") await load(locale);
    return window.Plotly;
  };

  const fetchFigure = async (address) => {
    const response = await fetch(address);
    if (!response.ok) throw new Error(`${address}: ${response.status}`);
    return response.text();
  };

  // The figure holds the light colours; the page's own stand for them, in dark mode too.
  const inPageColours = (text) => {
    const style = getComputedStyle(document.documentElement);
    const names = JSON.parse(text).layout.meta.colours;
    const json = Object.entries(names).reduce((result, [light, name]) => {
      const colour = style.getPropertyValue(`--${name}`).trim();
      return colour ? result.replaceAll(`"${light}"`, JSON.stringify(colour)) : result;
    }, text);
    return JSON.parse(json);
  };

  // The entries of a legend stand beside each other on a wide page, below each other on a narrow one.
  const linesOfLegend = ({ data, layout }, width) => {
    const entries = [...data, ...(layout.shapes || [])].filter(
      (item) => item.name && item.showlegend !== false,
    );
    return width < 600 ? entries.length : 1;
  };

  // On the page the title stands above the picture; a picture that leaves the page takes it along.
  const onPage = (figure, width) => {
    const { layout } = figure;
    const legend = 20 * (linesOfLegend(figure, width) - 1);
    const margin = { ...layout.margin, t: 44, b: layout.margin.b + legend };
    return {
      ...layout,
      title: { text: "" },
      margin,
      height: layout.height - layout.margin.t + margin.t + legend,
      dragmode: touch.matches ? false : "zoom",
    };
  };

  const picture = (text, note) => {
    const { data, layout } = JSON.parse(text);
    const more = 28;
    const margin = { ...layout.margin, l: Math.max(layout.margin.l, 24), b: layout.margin.b + more };
    const height = layout.height + more;
    const source = {
      text: note.replace(/&/g, "&amp;").replace(/</g, "&lt;"),
      x: 0,
      xref: "paper",
      xanchor: "left",
      y: 0,
      yref: "paper",
      yanchor: "bottom",
      yshift: 8 - margin.b,
      showarrow: false,
      font: { size: 11 },
    };
    const title = { ...layout.title, xref: "paper" };
    const legend = { ...layout.legend, y: more / height };
    return {
      data,
      layout: { ...layout, title, legend, margin, height, width: 960, annotations: [source] },
      config: { locale: document.documentElement.lang },
    };
  };

  const draw = (plotly, place, text, { figure, download, note }) => {
    const coloured = inPageColours(text);
    const filename = figure.split("/").filter(Boolean).join("-").replace(/\.json.*$/, "");
    return plotly.react(place, coloured.data, onPage(coloured, place.clientWidth), {
      locale: document.documentElement.lang,
      responsive: true,
      displaylogo: false,
      showSendToCloud: false, // numbers of drafts leave the portal by no button
      modeBarButtonsToRemove: ["toImage", "lasso2d", "select2d", "autoScale2d"],
      modeBarButtonsToAdd: [
        {
          name: "picture",
          title: download,
          icon: plotly.Icons.camera,
          click: () => plotly.downloadImage(picture(text, note), { format: "png", scale: 2, filename }),
        },
      ],
    });
  };

  const element = (name, properties) => Object.assign(document.createElement(name), properties);

  document.querySelectorAll("figure.chart").forEach((chart) => {
    const words = chart.dataset;
    const drawing = chart.querySelector(".drawing");
    const place = element("div", { className: "interactive", hidden: true });
    const button = element("button", { type: "button", textContent: words.open });
    const status = element("p", { role: "status" });
    let redraw;

    const show = (interactive) => {
      place.hidden = !interactive;
      drawing.hidden = interactive;
      button.textContent = interactive ? words.close : words.open;
    };

    const open = async () => {
      const [plotly, text] = await Promise.all([loadPlotly(words), fetchFigure(words.figure)]);
      redraw = () => draw(plotly, place, text, words);
      show(true); // plotly.js measures the place it draws in
      await redraw();
    };

    button.addEventListener("click", async () => {
      if (!place.hidden) return show(false);
      status.textContent = redraw ? "" : words.wait;
      button.disabled = true;
      try {
        if (redraw) {
          show(true);
          await redraw();
        } else {
          await open();
        }
        status.textContent = "";
      } catch {
        redraw = undefined;
        show(false);
        status.textContent = words.failed;
      }
      button.disabled = false;
      button.focus();
    });

    dark.addEventListener("change", () => {
      if (!place.hidden) redraw();
    });

    drawing.after(place);
    chart.querySelector(".chart-foot").prepend(button, status);
  });
})();
