// Chooses a free start: the times follow the day at once, and what must follow is told and shown while one chooses.
// Without this file two buttons do the same.
"use strict";

(() => {
  const SETTLED = 350;
  const form = document.querySelector("[data-starts]");
  if (!form) return;
  const days = form.querySelector("select[name=day]");
  const times = form.querySelector("[data-start-times]");
  const told = form.querySelector("[data-consequence]");
  const outcome = document.getElementById(form.dataset.into || "outcome");
  form.querySelector("[data-no-script]").hidden = true;

  const list = (text) => text.split(" ").filter(Boolean);
  const part = (name, words, classes) => {
    const made = document.createElement(name);
    made.textContent = words;
    if (classes) made.className = classes;
    return made;
  };

  const timesOf = (option) => {
    const alone = new Set(list(option.dataset.alone));
    const said = option.dataset.told.split("|");
    return list(option.dataset.times).map((at, place) => {
      const label = part("label", "", alone.has(at) ? "start alone" : "start");
      const radio = part("input", "");
      radio.type = "radio";
      radio.name = "at";
      radio.value = at;
      label.append(radio, ` ${said[place]}`);
      if (alone.has(at)) {
        const sign = part("span", "✓", "sign");
        sign.setAttribute("aria-hidden", "true");
        label.append(sign, part("span", form.dataset.aloneTold, "unseen"));
      }
      return label;
    });
  };

  // What was asked last is what is shown, however the answers come in.
  let latest = 0;
  let later;

  const plain = (node) => node.textContent.replace(/\s+/g, " ").trim();

  // The best way in a few words: how many change, which they are, and what is newly asked for; or what stands in the way.
  const inWords = (page) => {
    const way = page.querySelector("#outcome .way");
    if (way) {
      const steps = [...way.querySelectorAll("tbody .chip")].map(plain);
      const asks = [...way.querySelectorAll(".finding")].slice(0, 2).map(plain);
      return [plain(way.querySelector(".soft")), ...(steps.length > 1 ? [form.dataset.change.replace("{steps}", () => steps.join(", "))] : []), ...asks].join(" ");
    }
    const reason = page.querySelector("#outcome .finding p:not(.soft)");
    return reason ? `${form.dataset.notPossible} ${plain(reason).replace(/^✕ /, "")}` : "";
  };

  const ask = async () => {
    const mine = ++latest;
    const day = days.selectedOptions[0];
    const time = day.dataset.told.split("|")[list(day.dataset.times).indexOf(form.elements.at.value)];
    const chosen = `${day.textContent.split(":")[0]}, ${time}`;
    outcome.setAttribute("aria-busy", "true");
    try {
      const wish = new FormData(form);
      wish.set("part", "outcome");
      const answer = await fetch(form.action, { method: "POST", body: wish });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById(outcome.id);
      if (mine !== latest || !fresh) return;
      told.textContent = `${chosen}. ${inWords(page)}`;
      outcome.replaceChildren(...fresh.childNodes);
    } catch {
      // Out of reach for a moment: the button asks again.
      if (mine === latest) told.textContent = "";
    } finally {
      if (mine === latest) outcome.removeAttribute("aria-busy");
    }
  };

  const soon = () => {
    clearTimeout(later);
    later = setTimeout(ask, SETTLED);
  };

  days.addEventListener("change", () => {
    const option = days.selectedOptions[0];
    const before = form.elements.at.value;
    times.replaceChildren(...timesOf(option));
    form.querySelector("[data-day-told]").textContent = option.textContent.split(":")[0];
    const same = times.querySelector(`input[value="${before}"]`);
    latest += 1;
    outcome.replaceChildren();
    told.textContent = "";
    if (same) {
      same.checked = true;
      soon();
    }
  });

  times.addEventListener("change", soon);

  form.addEventListener("submit", (event) => {
    if (!form.elements.at.value) {
      event.preventDefault();
      told.textContent = form.dataset.choose;
      times.querySelector("input")?.focus();
    }
  });
})();
