// Drags a visit on the drawing of its series to another day: shows where it may go, and asks what must follow before
// anything is saved. Without this file, and for the keyboard, "Move" beside each visit does the same.
"use strict";

(() => {
  const MOVED = 6;
  const DAY = 86_400_000;
  const SVG = "http://www.w3.org/2000/svg";
  // What is said stands in the language of the page, beside the name of this file.
  const told = document.currentScript.dataset;
  const tell = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const token = document.querySelector("input[name=csrf_token]")?.value;
  if (!token) return;

  const canBeDragged = (figure) => {
    const svg = figure.querySelector("svg");
    const says = figure.querySelector("[data-drag-says]");
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
    const minutesOf = (at) => at.slice(0, 2) * 60 + Number(at.slice(3));
    const nearest = (times, at) =>
      times.reduce((best, one) => (Math.abs(minutesOf(one) - minutesOf(at)) < Math.abs(minutesOf(best) - minutesOf(at)) ? one : best));
    const words = (text) => text.split(" ").filter(Boolean);

    // A visit that is booked has pages of its own; one of a proposal goes with the whole of it.
    const asks = figure.dataset.asks;
    const sent = (visit) => (asks
      ? [["csrf_token", token], ["step", visit], ["choice", document.getElementById(figure.dataset.choice).value]]
      : [["csrf_token", token]]);

    // What is free is asked for once a visit, when it is picked up.
    const asked = new Map();
    const freeOf = (visit) => {
      if (!asked.has(visit)) {
        const form = new FormData();
        for (const [name, value] of sent(visit)) form.set(name, value);
        asked.set(visit, fetch(asks || `/visits/${visit}/starts`, { method: "POST", body: form })
          .then((answer) => answer.text())
          .then((text) => {
            const page = new DOMParser().parseFromString(text, "text/html");
            return new Map([...page.querySelectorAll("#start-day option")].map((option) => [option.value, {
              words: option.textContent.split(":")[0],
              times: words(option.dataset.times),
              told: option.dataset.told.split("|"),
              alone: words(option.dataset.alone),
            }]));
          })
          .catch(() => {
            asked.delete(visit);
            return null;
          }));
      }
      return asked.get(visit);
    };

    let drag = null;

    const say = (text) => { if (says.textContent !== text) says.textContent = text; };

    const shade = (free) => {
      const layer = document.createElementNS(SVG, "g");
      layer.setAttribute("class", "may-go");
      for (const [day, one] of free) {
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
    };

    // The time of day is kept where it is free, and where it moves nothing else before that.
    const spotOn = (day) => {
      const one = drag.free?.get(day);
      if (!one) return null;
      const at = nearest(one.alone.length ? one.alone : one.times, drag.at);
      return { day, at, words: `${one.words}, ${one.told[one.times.indexOf(at)]}`, alone: one.alone.includes(at) };
    };

    const follow = () => {
      const day = dayAt(drag.x);
      const spot = spotOn(day);
      drag.spot = spot;
      if (!drag.free) return say(tell(told.looking, { visit: drag.code }));
      drag.mark.classList.toggle("nowhere", !spot);
      if (!spot) return say(tell(told.nowhere, { visit: drag.code, day: named(day) }));
      drag.mark.setAttribute("x", `${shareOf(spot.day, spot.at)}%`);
      say(tell(spot.alone ? told.alone : told.others, { visit: drag.code, time: spot.words }));
    };

    const begin = async () => {
      const mine = drag;
      mine.began = true;
      mine.mark.classList.add("dragged");
      figure.classList.add("dragging");
      follow();
      const free = await freeOf(mine.mark.dataset.visit);
      if (drag !== mine) return;
      if (!free?.size) {
        end(tell(told.unknown, { visit: mine.code }));
        return;
      }
      mine.free = free;
      mine.layer = shade(free);
      follow();
    };

    const end = (last) => {
      drag.layer?.remove();
      drag.mark.classList.remove("dragged", "nowhere");
      drag.mark.setAttribute("x", drag.from);
      figure.classList.remove("dragging");
      drag = null;
      say(last);
    };

    const drop = () => {
      const { spot, mark, code } = drag;
      if (!spot) {
        end(tell(told.stays, { visit: code }));
        return;
      }
      // Nothing is saved yet: the next page says what must follow.
      say(tell(told.follows, { visit: code, time: spot.words }));
      const form = document.createElement("form");
      form.method = "post";
      form.action = asks || `/visits/${mark.dataset.visit}/ways`;
      for (const [name, value] of [...sent(mark.dataset.visit), ["where", "exactly"], ["day", spot.day], ["at", spot.at]]) {
        const field = document.createElement("input");
        field.type = "hidden";
        field.name = name;
        field.value = value;
        form.append(field);
      }
      document.body.append(form);
      end(says.textContent);
      form.submit();
    };

    for (const mark of figure.querySelectorAll(".movable")) {
      mark.addEventListener("pointerdown", (event) => {
        if (event.button !== 0 || drag) return;
        event.preventDefault();
        mark.setPointerCapture(event.pointerId);
        drag = { mark, code: mark.dataset.code, at: mark.dataset.at, from: mark.getAttribute("x"), start: event.clientX, x: event.clientX };
      });
      mark.addEventListener("pointermove", (event) => {
        if (drag?.mark !== mark) return;
        drag.x = event.clientX;
        if (drag.began) follow();
        else if (Math.abs(drag.x - drag.start) > MOVED) begin();
      });
      mark.addEventListener("pointerup", () => {
        if (drag?.mark !== mark) return;
        if (drag.began) drop();
        else drag = null;
      });
      mark.addEventListener("pointercancel", () => { if (drag?.mark === mark) end(""); });
    }
    addEventListener("keydown", (event) => { if (event.key === "Escape" && drag) end(tell(told.stays, { visit: drag.code })); });
  };

  for (const figure of document.querySelectorAll("[data-drags]")) canBeDragged(figure);
})();
