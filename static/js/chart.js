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

  // The figure holds the light colours; the page's own stand for them: of dark mode, of high
  // contrast, or the system's, which a browser alone can name in numbers.
  const inPageColours = (text) => {
    const probe = document.body.appendChild(document.createElement("i"));
    probe.style.forcedColorAdjust = "none";
    const names = JSON.parse(text).layout.meta.colours;
    const json = Object.entries(names).reduce((result, [light, name]) => {
      probe.style.color = `var(--${name}, ${light})`;
      const colour = getComputedStyle(probe).color;
      return result.replaceAll(`"${light}"`, JSON.stringify(colour));
    }, text);
    probe.remove();
    return JSON.parse(json);
  };

  // What the label of a point says, in plain words: the server wrote it, in the reader's language.
  const wordsOf = (trace, index) => {
    const template = trace.hovertemplate || "";
    const html = template
      .replace(/<extra>.*<\/extra>/, "")
      .replace("%{customdata}", () => trace.customdata?.[index] ?? "")
      .replace("%{text}", () => trace.text?.[index] ?? "");
    const page = new DOMParser().parseFromString(html.replace(/<br>/g, ", "), "text/html");
    return page.body.textContent.trim();
  };

  const READ = new Set(["bar", "scatter"]);

  // Every point that has a label, in the order in which the picture is read: down the rows of
  // lying bars, otherwise from left to right, and from the first of the legend at each place.
  const pointsOf = ({ data, layout }) => {
    const lying = data.some(({ type, orientation }) => type === "bar" && orientation === "h");
    const stacked = lying && layout.barmode === "stack";
    const points = data.flatMap((trace, curveNumber) =>
      READ.has(trace.type) && trace.hovertemplate && trace.visible !== "legendonly"
        ? Array.from(trace.x, (x, pointNumber) => ({
            curveNumber,
            pointNumber,
            place: stacked ? curveNumber : lying ? trace.y[pointNumber] : x,
            known: x !== null && trace.y[pointNumber] !== null,
            words: wordsOf(trace, pointNumber),
          })).filter(({ known, words }) => known && words)
        : [],
    );
    return points.sort((a, b) => a.place - b.place || a.curveNumber - b.curveNumber);
  };

  const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

  // The point that a key leads to from the one at ``at`` (-1: none yet); undefined: no such key.
  const goal = (key, at, count) => {
    if (key === "Home") return 0;
    if (key === "End") return count - 1;
    if (!(key in STEPS)) return undefined;
    return Math.max(0, Math.min(count - 1, at + STEPS[key]));
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
    const place = element("div", { className: "interactive", hidden: true, tabIndex: 0 });
    // An application: a screen reader leaves the arrow keys to it.
    place.setAttribute("role", "application");
    place.setAttribute("aria-label", `${words.title}. ${words.keys}`);
    const readout = element("p", { className: "readout", hidden: true });
    readout.setAttribute("aria-live", "polite");
    const button = element("button", { type: "button", textContent: words.open });
    const status = element("p", { role: "status" });
    let redraw;
    let at = -1;

    const show = (interactive) => {
      place.hidden = readout.hidden = !interactive;
      readout.textContent = "";
      at = -1;
      drawing.hidden = interactive;
      button.textContent = interactive ? words.close : words.open;
    };

    const open = async () => {
      const [plotly, text] = await Promise.all([loadPlotly(words), fetchFigure(words.figure)]);
      redraw = () => draw(plotly, place, text, words);
      show(true); // plotly.js measures the place it draws in
      await redraw();
    };

    const close = () => {
      show(false);
      button.focus();
    };

    place.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "Escape") return close();
      const points = pointsOf(place);
      const next = goal(event.key, at, points.length);
      if (next === undefined || !points.length) return;
      event.preventDefault();
      at = next;
      const { curveNumber, pointNumber, words: said } = points[at];
      readout.textContent = said;
      window.Plotly.Fx.hover(place, [{ curveNumber, pointNumber }]);
    });

    place.addEventListener("blur", () => {
      if (place.data) window.Plotly.Fx.unhover(place);
    });

    button.addEventListener("click", async () => {
      if (!place.hidden) return close();
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
        button.disabled = false;
        return place.focus({ preventScroll: true });
      } catch {
        redraw = undefined;
        show(false);
        status.textContent = words.failed;
      }
      button.disabled = false;
      button.focus();
    });

    const recolour = () => {
      if (!place.hidden) redraw();
    };
    dark.addEventListener("change", recolour);
    document.addEventListener("recoloured", recolour);

    drawing.after(place, readout);
    chart.querySelector(".chart-foot").prepend(button, status);
  });
})();
