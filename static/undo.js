// Counts down how long a booking or a move can be undone. Without this file the page says until when, by the clock.
"use strict";

(() => {
  const SECOND = 1_000;
  const MINUTE = 60_000;
  const notice = document.querySelector("[data-undo]");
  if (!notice) return;
  const place = notice.querySelector("[data-left]");
  // Spoken twice at most, so that it is no clock that talks: when a minute is left, and at the end.
  const told = document.querySelector("[data-undo-told]");

  // By the clinic's clock, whatever the one of this device says.
  const ahead = Date.parse(notice.dataset.now) - Date.now();
  const left = () => Date.parse(notice.dataset.until) - Date.now() - ahead;

  const inWords = (time) => {
    const seconds = Math.ceil(time / SECOND);
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  };

  let warned = left() <= MINUTE;
  const look = () => {
    const time = left();
    if (time <= 0) {
      clearInterval(every);
      const held = notice.contains(document.activeElement);
      notice.remove();
      told.textContent = notice.dataset.over;
      if (held) document.getElementById("main").focus();
      return;
    }
    place.textContent = notice.dataset.leftWords.replace("{time}", inWords(time));
    if (time <= MINUTE && !warned) {
      warned = true;
      told.textContent = notice.dataset.minute;
    }
  };

  const every = setInterval(look, SECOND);
  look();
  document.addEventListener("visibilitychange", look);
})();
