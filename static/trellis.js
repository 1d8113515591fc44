// Small comforts. Every page works without this file.
"use strict";

// Narrow a list while typing. Nothing typed leaves the page.
for (const box of document.querySelectorAll("[data-filters]")) {
  const rows = [...document.querySelectorAll(`#${box.dataset.filters} [data-words]`)];
  const told = document.getElementById(box.dataset.tells);
  let later;
  box.addEventListener("input", () => {
    const wanted = box.value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const fits = wanted.every((word) => row.dataset.words.includes(word));
      row.hidden = !fits;
      shown += fits ? 1 : 0;
    }
    clearTimeout(later);
    later = setTimeout(() => { told.textContent = box.dataset.shown.replace("{number}", shown); }, 400);
  });
}

// A form is sent once, however often the button is pressed.
for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    const button = event.submitter;
    // After the browser has read the form, for a disabled button would not be sent.
    if (button) setTimeout(() => { button.disabled = true; }, 0);
  });
}

// Coming back with the back button, the form may be sent again.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-once]")) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("button[disabled]")) button.disabled = false;
  }
});

// In a field that has a button of its own, Enter presses that one.
for (const field of document.querySelectorAll("[data-enters]")) {
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    document.getElementById(field.dataset.enters).click();
  });
}

// What is wrong is read out first.
document.querySelector(".error-summary")?.focus();

for (const button of document.querySelectorAll("[data-prints]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

// Copy what stands in a field, which can be selected by hand as well.
for (const button of document.querySelectorAll("[data-copies]")) {
  const field = document.getElementById(button.dataset.copies);
  const told = document.getElementById(button.dataset.tells);
  button.hidden = false;
  button.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      told.textContent = "Copied.";
    } catch {
      // The browser does not let us, as where the page came unencrypted.
      told.textContent = "Selected: copy it with the keyboard or the menu.";
    }
  });
}

// Show what words come to while they are written. Without this, the button does.
for (const form of document.querySelectorAll("form[data-previews]")) {
  const parts = form.dataset.previews.split(" ");
  let later;
  let latest = 0;
  form.addEventListener("input", () => {
    clearTimeout(later);
    later = setTimeout(async () => {
      const mine = ++latest;
      const words = new FormData(form);
      words.set("act", "preview");
      try {
        const answer = await fetch(location.pathname, { method: "POST", body: words });
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        if (mine !== latest || ![200, 422].includes(answer.status)) return;
        for (const part of parts) {
          const fresh = page.getElementById(part);
          // What is wrong at the moment shows nothing, and what was shown last stays.
          if (fresh?.textContent.trim()) document.getElementById(part).replaceChildren(...fresh.childNodes);
        }
      } catch {
        // Out of reach for a moment: the next letter asks again.
      }
    }, 500);
  });
}
