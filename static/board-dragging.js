// The board as a surface on which visits are dragged from hour to hour of its day. Rooms and people are found anew for the
// time that is chosen, so that only how far to the left or to the right counts. A finger scrolls; it moves a visit on its page.
"use strict";

(() => {
  const { draggable, minutesOf, nearest, spotAt, tell, told } = window.dragging;
  const SVG = "http://www.w3.org/2000/svg";
  // Farther from the pointer than this, in minutes, a free start is not what was meant.
  const NEAR = 20;
  const page = document.querySelector("main");
  const board = () => document.getElementById("board");
  const isDrawn = () => document.getElementById("board-axis").getClientRects().length > 0;
  if (!board() || !isDrawn()) return;
  const hint = document.querySelector("[data-drag-hint]");
  if (hint) hint.hidden = false;
  page.classList.add("drags");

  // All that is free on this day, as minutes of the clinic's clock.
  const today = (drag) => drag.free.get(board().dataset.day);
  const across = (drag, minutes) => (minutes - drag.minutes) * drag.minute;
  const lies = (drag) => drag.minutes + (drag.x - drag.from) / drag.minute;

  draggable({
    root: page,
    says: document.querySelector("[data-drag-says]"),
    byTouch: false,
    begin: (drag) => {
      const track = drag.mark.closest(".track").getBoundingClientRect();
      drag.minute = track.width / Number(board().dataset.minutes);
      drag.stood = drag.mark.getBoundingClientRect().left - track.left;
    },
    spot: (drag) => {
      const one = today(drag);
      if (!one) return null;
      const at = nearest(one.times, lies(drag));
      const isNear = Math.abs(minutesOf(at) - lies(drag)) <= NEAR;
      // Where it stands already is nearer than that.
      const isHome = Math.abs(lies(drag) - drag.minutes) < Math.abs(lies(drag) - minutesOf(at));
      return isNear && !isHome ? spotAt(board().dataset.day, one, at) : null;
    },
    nowhere: (drag) => tell(told.nothing, { visit: drag.code }),
    show: (drag, spot) => {
      const by = spot ? across(drag, minutesOf(spot.at)) : drag.x - drag.from;
      drag.mark.style.transform = `translateX(${by}px)`;
    },
    back: (drag) => { drag.mark.style.transform = ""; },
    shade: (drag) => {
      const layer = document.createElementNS(SVG, "svg");
      layer.setAttribute("class", "free-starts");
      layer.setAttribute("aria-hidden", "true");
      const one = today(drag);
      for (const at of one?.times ?? []) {
        const rect = document.createElementNS(SVG, "rect");
        rect.setAttribute("class", one.alone.includes(at) ? "free-day alone" : "free-day");
        rect.setAttribute("x", String(drag.stood + across(drag, minutesOf(at))));
        rect.setAttribute("width", String(Math.max(3, drag.minute * 5 - 1)));
        rect.setAttribute("height", "10");
        layer.append(rect);
      }
      drag.mark.closest(".track").append(layer);
      return layer;
    },
  });

  // By keyboard: M on a visit opens the page on which it is moved.
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "m" || event.ctrlKey || event.altKey || event.metaKey) return;
    const visit = event.target.closest?.(".block.movable")?.dataset.visit;
    if (visit) location.assign(`/visits/${visit}/move`);
  });
})();
