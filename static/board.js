// Keeps a board up to date while somebody looks at it. Without this file the board is read as it was when it was opened.
"use strict";

(() => {
  const EVERY = 15_000;
  const told = document.getElementById("board-told");
  const says = document.getElementById("board-says");
  const board = () => document.getElementById("board");
  if (!told || !board()) return;

  const address = told.dataset.live;
  let tag = board().dataset.tag;
  let later;
  let asking = false;
  let over = false;

  // What stands on the page is compared as it was sent, but for the line of the present, which moves on by itself.
  const PRESENT = / data-(tag|now)="[^"]*"|<line class="now-line"[^>]*>|(?<=<svg class="now-flag") x="[^"]*"/g;
  const text = (part) => part.outerHTML.replace(PRESENT, "");
  const sent = new Map();
  const remember = (root) => {
    for (const part of [root, ...root.querySelectorAll("[data-part]")]) sent.set(part.id, text(part));
  };
  remember(board());

  const partsOf = (root) =>
    [...root.querySelectorAll("[data-part]")].filter((part) => part.parentElement.closest("[data-part], #board") === root);

  // The same parts in the same order, and nothing else that differs between them.
  const shell = (whole, parts) => parts.reduce((left, part) => left.replace(part, ""), whole);

  function bringUpToDate(old, fresh) {
    const before = sent.get(old.id);
    const after = text(fresh);
    if (before === after) return;
    const standing = partsOf(old);
    const coming = partsOf(fresh);
    const alike = standing.length > 0 && standing.length === coming.length
      && standing.every((part, place) => part.id === coming[place].id)
      && shell(before, standing.map((part) => sent.get(part.id))) === shell(after, coming.map(text));
    sent.set(old.id, after);
    if (alike) {
      standing.forEach((part, place) => bringUpToDate(part, coming[place]));
      return;
    }
    const had = old.contains(document.activeElement) ? document.activeElement : null;
    const block = had?.closest(".block")?.id;
    const link = had?.getAttribute("href");
    const across = document.querySelector("#board .region")?.scrollLeft ?? 0;
    remember(fresh);
    old.replaceWith(fresh);
    const region = document.querySelector("#board .region");
    if (region) region.scrollLeft = across;
    if (!had) return;
    const again = (block && document.getElementById(block)?.querySelector("a"))
      || [...document.querySelectorAll("#board a")].find((one) => one.getAttribute("href") === link)
      || region;
    again?.focus({ preventScroll: true });
  }

  const matters = (root) =>
    new Map([...root.querySelectorAll("[data-say]")].map((block) => [block.dataset.visit, block.dataset.say]));

  function announce(before, after) {
    const news = [...new Set([...after].filter(([visit, say]) => before.get(visit) !== say).map(([, say]) => say))];
    if (!news.length) return;
    const more = news.length > 3 ? told.dataset.more.replace("{number}", news.length - 3) : "";
    says.textContent = told.dataset.updated.replace("{news}", () => news.slice(0, 3).join("; ") + more);
  }

  function say(words) {
    if (told.textContent !== words) told.textContent = words;
  }

  async function ask() {
    // What somebody holds is not replaced under their hand.
    if (asking || over || document.hidden || document.querySelector("#board .dragged")) return;
    asking = true;
    try {
      const answer = await fetch(address, { headers: { "If-None-Match": tag }, cache: "no-store", redirect: "manual" });
      if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) {
        over = true;
        says.textContent = told.dataset.ended;
        say(told.dataset.over);
        return;
      }
      if (answer.status === 200) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const fresh = page.getElementById("board");
        if (!fresh) throw new Error("no board came");
        const before = matters(board());
        const after = matters(fresh);
        tag = fresh.dataset.tag;
        const place = { now: fresh.dataset.now, minutes: fresh.dataset.minutes };
        bringUpToDate(board(), document.importNode(fresh, true));
        announce(before, after);
        begin(place);
      } else if (answer.status !== 304) {
        throw new Error("the server did not answer as it should");
      }
      say(told.dataset.lives);
    } catch {
      say(told.dataset.lost);
    } finally {
      asking = false;
    }
  }

  // The line of the present moves without asking, counted from when the server said where it stands.
  let from;
  let at;
  let minutes;
  function begin(place) {
    at = place.now === undefined ? null : Number(place.now);
    minutes = Number(place.minutes);
    from = performance.now();
    move();
  }
  function move() {
    if (at === null || !minutes) return;
    const now = Math.min(at + ((performance.now() - from) / 60_000 / minutes) * 100, 100);
    for (const line of document.querySelectorAll("#board .now-layer .now-line")) {
      line.setAttribute("x1", `${now}%`);
      line.setAttribute("x2", `${now}%`);
    }
    document.querySelector("#board .now-flag")?.setAttribute("x", `${now}%`);
  }

  function keepAsking() {
    clearTimeout(later);
    if (document.hidden || over) return;
    later = setTimeout(async () => {
      move();
      await ask();
      keepAsking();
    }, EVERY);
  }

  async function comeBack() {
    if (document.hidden) {
      clearTimeout(later);
      return;
    }
    move();
    await ask();
    keepAsking();
  }

  // Arrows lead from visit to visit, where they stand as on a wall: along a lane, or to the visit that is nearest in time above or below.
  const isDrawn = () => document.getElementById("board-axis").getClientRects().length > 0;
  const middle = (box) => box.left + box.width / 2;
  const nearest = (blocks, at) => blocks.reduce(
    (best, one) => (Math.abs(middle(one.getBoundingClientRect()) - at) < Math.abs(middle(best.getBoundingClientRect()) - at) ? one : best),
  );
  function neighbour(block, key) {
    const lane = block.closest(".lane");
    if (key === "ArrowLeft" || key === "ArrowRight") {
      const blocks = [...lane.querySelectorAll(".block")];
      return blocks[blocks.indexOf(block) + (key === "ArrowRight" ? 1 : -1)];
    }
    const lanes = [...document.querySelectorAll("#board .lanes > .lane")].filter((one) => one === lane || one.querySelector(".block"));
    const other = lanes[lanes.indexOf(lane) + (key === "ArrowDown" ? 1 : -1)];
    return other && nearest([...other.querySelectorAll(".block")], middle(block.getBoundingClientRect()));
  }
  document.addEventListener("keydown", (event) => {
    const block = event.target.closest?.("#board .block");
    if (!block || !isDrawn() || !event.key.startsWith("Arrow") || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    const next = neighbour(block, event.key);
    if (!next) return;
    event.preventDefault();
    next.querySelector("a").focus();
  });

  document.addEventListener("visibilitychange", comeBack);
  addEventListener("focus", comeBack);
  document.getElementById("board-keys").hidden = !isDrawn();
  begin(board().dataset);
  say(told.dataset.lives);
  keepAsking();
})();
