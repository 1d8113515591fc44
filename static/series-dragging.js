// The drawing of a series as a surface on which visits are dragged from day to day.
"use strict";

(() => {
  const { draggable, nearest, spotAt, tell, told } = window.dragging;
  const DAY = 86_400_000;
  const SVG = "http://www.w3.org/2000/svg";

  const drawn = (figure) => {
    const svg = figure.querySelector("svg");
    const first = Date.parse(`${figure.dataset.first}T00:00Z`);
    const days = Number(figure.dataset.days);
    const hint = figure.querySelector("[data-drag-hint]");
    if (hint) hint.hidden = false;

    const dayAt = (x) => {
      const box = svg.getBoundingClientRect();
      const number = Math.floor(((x - box.left) / box.width) * days);
      return new Date(first + Math.min(days - 1, Math.max(0, number)) * DAY).toISOString().slice(0, 10);
    };
    const names = new Intl.DateTimeFormat(document.documentElement.lang.replace(/^en$/, "en-GB"), { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" });
    const named = (day) => names.format(Date.parse(`${day}T00:00Z`)).replace(",", "");
    const shareOf = (day, at) => {
      const [hours, minutes] = at.split(":").map(Number);
      return ((Date.parse(`${day}T00:00Z`) - first) / DAY + (hours + minutes / 60) / 24) / days * 100;
    };

    draggable({
      root: figure,
      says: figure.querySelector("[data-drag-says]"),
      asks: figure.dataset.asks,
      // A visit of a proposal goes with the whole of it.
      fields: (visit) => (figure.dataset.asks ? [["step", visit], ["choice", document.getElementById(figure.dataset.choice).value]] : []),
      byTouch: true,
      begin: (drag) => { drag.stood = drag.mark.getAttribute("x"); },
      // The time of day is kept where it is free, and where it moves nothing else before that.
      spot: (drag) => {
        const day = dayAt(drag.x);
        const one = drag.free.get(day);
        return one ? spotAt(day, one, nearest(one.alone.length ? one.alone : one.times, drag.minutes)) : null;
      },
      nowhere: (drag) => tell(told.nowhere, { visit: drag.code, day: named(dayAt(drag.x)) }),
      show: (drag, spot) => { if (spot) drag.mark.setAttribute("x", `${shareOf(spot.day, spot.at)}%`); },
      back: (drag) => drag.mark.setAttribute("x", drag.stood),
      shade: (drag) => {
        const layer = document.createElementNS(SVG, "g");
        layer.setAttribute("class", "may-go");
        for (const [day, one] of drag.free) {
          const left = shareOf(day, "00:00");
          if (left < 0 || left >= 100) continue;
          const rect = document.createElementNS(SVG, "rect");
          rect.setAttribute("class", one.alone.length ? "free-day alone" : "free-day");
          rect.setAttribute("x", `${left}%`);
          rect.setAttribute("y", "22");
          rect.setAttribute("width", `${100 / days}%`);
          rect.setAttribute("height", String(svg.height.baseVal.value - 22));
          layer.append(rect);
        }
        svg.prepend(layer);
        return layer;
      },
    });
  };

  for (const figure of document.querySelectorAll("[data-drags]")) drawn(figure);
})();
