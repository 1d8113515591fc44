// Counts down on the page of a visit, and says when something is due. Without this file the page tells the same by the clock.
"use strict";

(() => {
  const EVERY = 5_000;
  const MINUTE = 60_000;
  const section = document.querySelector("[data-now]");
  if (!section) return;
  const told = section.querySelector("[data-told]");

  // By the clinic's clock, whatever the one of this device says.
  const ahead = Date.parse(section.dataset.now) - Date.now();
  const late = section.dataset.late * MINUTE;
  const left = (instant) => Date.parse(instant) - Date.now() - ahead;

  // What is to come is told in minutes that have begun, what is overdue in those that are over.
  const inWords = (minutes) => {
    const hours = Math.floor(minutes / 60);
    const rest = minutes % 60;
    return hours ? `${hours} h${rest ? ` ${rest} min` : ""}` : `${rest} min`;
  };

  // The page says its sentences in the reader's language.
  const put = (sentence, minutes) => sentence.replace("{length}", inWords(minutes));

  // What is unchanged is not written again: a reader of the page is left alone.
  const say = (place, words) => { if (place.textContent !== words) place.textContent = words; };

  const ofLook = (time) => {
    if (time > 0) return put(section.dataset.in, Math.ceil(time / MINUTE));
    return time <= -late ? put(section.dataset.overdue, Math.floor(-time / MINUTE)) : section.dataset.due;
  };

  const look = () => {
    for (const place of section.querySelectorAll("[data-until]")) {
      const time = left(place.dataset.until);
      say(place, "counts" in place.dataset ? ofLook(time) : time > 0 ? put(section.dataset.left, Math.ceil(time / MINUTE)) : "");
      if (time <= 0 && place.dataset.tells) {
        if (told) told.textContent = place.dataset.tells;
        delete place.dataset.tells;
      }
    }
    for (const form of section.querySelectorAll("[data-opens]")) {
      if (left(form.dataset.opens) <= 0) {
        form.hidden = false;
        delete form.dataset.opens;
      }
    }
  };

  look();
  setInterval(look, EVERY);
  document.addEventListener("visibilitychange", look);
})();
