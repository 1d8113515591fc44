// Drags a visit: asks once where it may go, follows the pointer, and asks what must follow before anything is saved. What
// a visit is dragged over is a surface: the drawing of a series, or a board. Without this file, and for the keyboard,
// "Move" beside each visit does the same.
"use strict";

(() => {
  const MOVED = 6;
  // What is said stands in the language of the page, beside the name of this file.
  const told = document.currentScript.dataset;
  const token = document.querySelector("input[name=csrf_token]")?.value;
  const tell = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const words = (text) => text.split(" ").filter(Boolean);
  const minutesOf = (at) => at.slice(0, 2) * 60 + Number(at.slice(3));
  const nearest = (times, minutes) =>
    times.reduce((best, one) => (Math.abs(minutesOf(one) - minutes) < Math.abs(minutesOf(best) - minutes) ? one : best));

  // A surface has `root`, in which everything `.movable` can be dragged, `says`, the line that says where it would go, and
  // tells of a drag: `spot(drag)` where it would go now, `nowhere(drag)` the words where it cannot, `shade(drag)` marks what
  // is free and returns what to take away again, `show(drag, spot)` moves the visit there, `back(drag)` puts it back. A
  // visit that is booked has pages of its own; for others `asks` is the page, and `fields(visit)` what goes along.
  const draggable = (surface) => {
    const { root, says, asks } = surface;
    if (!token) return;
    const sent = (visit) => [["csrf_token", token], ...(surface.fields?.(visit) ?? [])];

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

    const follow = () => {
      const spot = drag.free && surface.spot(drag);
      drag.spot = spot;
      drag.mark.classList.toggle("nowhere", Boolean(drag.free) && !spot);
      surface.show(drag, spot);
      if (!drag.free) say(tell(told.looking, { visit: drag.code }));
      else if (!spot) say(surface.nowhere(drag));
      else say(tell(spot.alone ? told.alone : told.others, { visit: drag.code, time: spot.words }));
    };

    const begin = async (pointer) => {
      const mine = drag;
      mine.began = true;
      mine.mark.setPointerCapture(pointer);
      mine.mark.classList.add("dragged");
      root.classList.add("dragging");
      surface.begin?.(mine);
      follow();
      const free = await freeOf(mine.visit);
      if (drag !== mine) return;
      if (!free?.size) {
        // It may be free in a moment; what is not to be had now is asked for again.
        asked.delete(mine.visit);
        end(tell(told.unknown, { visit: mine.code }));
        return;
      }
      mine.free = free;
      mine.layer = surface.shade(mine);
      follow();
    };

    const end = (last) => {
      drag.layer?.remove();
      drag.mark.classList.remove("dragged", "nowhere");
      surface.back(drag);
      root.classList.remove("dragging");
      drag = null;
      say(last);
      // To let go over a link is not to follow it.
      const halt = (event) => { event.preventDefault(); event.stopPropagation(); };
      addEventListener("click", halt, { capture: true, once: true });
      setTimeout(() => removeEventListener("click", halt, { capture: true }), 0);
    };

    const drop = () => {
      const { spot, visit, code } = drag;
      if (!spot) {
        end(tell(told.stays, { visit: code }));
        return;
      }
      // Nothing is saved yet: the next page says what must follow.
      const form = document.createElement("form");
      form.method = "post";
      form.action = asks || `/visits/${visit}/ways`;
      for (const [name, value] of [...sent(visit), ["where", "exactly"], ["day", spot.day], ["at", spot.at]]) {
        const field = document.createElement("input");
        field.type = "hidden";
        field.name = name;
        field.value = value;
        form.append(field);
      }
      document.body.append(form);
      end(tell(told.follows, { visit: code, time: spot.words }));
      form.submit();
    };

    root.addEventListener("pointerdown", (event) => {
      const mark = event.target.closest(".movable");
      if (!mark || event.button !== 0 || drag || (event.pointerType === "touch" && !surface.byTouch)) return;
      if (surface.byTouch) {
        event.preventDefault();
        mark.setPointerCapture(event.pointerId);
      }
      const { visit, code, at } = mark.dataset;
      drag = { mark, visit, code, at, minutes: minutesOf(at), from: event.clientX, x: event.clientX };
    });
    root.addEventListener("pointermove", (event) => {
      if (!drag) return;
      drag.x = event.clientX;
      if (drag.began) follow();
      else if (!(event.buttons & 1)) drag = null;
      else if (Math.abs(drag.x - drag.from) > MOVED) begin(event.pointerId);
    });
    root.addEventListener("pointerup", () => {
      if (!drag) return;
      if (drag.began) drop();
      else drag = null;
    });
    root.addEventListener("pointercancel", () => {
      if (drag?.began) end("");
      else drag = null;
    });
    // The browser's own dragging of links would take the pointer away.
    root.addEventListener("dragstart", (event) => { if (event.target.closest(".movable")) event.preventDefault(); });
    addEventListener("keydown", (event) => { if (event.key === "Escape" && drag?.began) end(tell(told.stays, { visit: drag.code })); });
  };

  // A start among those of a day, with its words: whether it moves that visit alone.
  const spotAt = (day, one, at) => ({ day, at, words: `${one.words}, ${one.told[one.times.indexOf(at)]}`, alone: one.alone.includes(at) });

  window.dragging = { draggable, minutesOf, nearest, spotAt, tell, told };
})();
