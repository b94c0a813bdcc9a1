"use strict";

/* The camp chart, filtered by community and period. */
const { camps, cells, mark } = JSON.parse(document.getElementById("cells").textContent);
const explorer = document.querySelector(".explorer");

const percent = (share) => {
  const hundredths = 100 * share;
  const edge = (hundredths > 0 && hundredths < 1) || (hundredths > 99 && hundredths < 100);
  return `${edge ? hundredths.toFixed(1) : Math.round(hundredths)}%`;
};
const counted = (n, noun) => `${n.toLocaleString("en")} ${noun}${n === 1 ? "" : "s"}`;

function told(cell) {
  if (!cell) return "No post here takes a side.";
  const posts = `${counted(cell.posts, "post")} that ${cell.posts === 1 ? "takes" : "take"} a side`;
  const shares = cell.shares.map(([, share, low, high], at) =>
    `${camps[at]} ${percent(share)} (95% interval ${percent(low)} to ${percent(high)})`);
  const parts = [`${posts}, by ${counted(cell.authors, "known author")}: ${shares.join(", ")}.`];
  if (cell.small) parts.push("Too few posts, authors or threads to be read as a fact.");
  else if (cell.lead !== null) parts.push(cell.lead < 0 ? "Too close to call." : `${camps[cell.lead]} leads clearly.`);
  if (mark) parts.push(mark);
  return parts.join(" ");
}

function explore() {
  const place = document.getElementById("place");
  const period = document.getElementById("period");
  const reset = document.getElementById("reset");
  const rows = [...explorer.querySelectorAll(".bars li")];

  function show() {
    const cell = cells[`${place.value},${period.value}`];
    rows.forEach((row, at) => {
      const [n, share, low, high] = cell ? cell.shares[at] : [0, 0, 0, 0];
      const whisker = row.querySelector(".whisker");
      row.querySelector(".bar").style.width = `${100 * share}%`;
      whisker.style.left = `${100 * low}%`;
      whisker.style.width = `${100 * (high - low)}%`;
      whisker.hidden = !cell;
      row.querySelector(".value").textContent = cell ? `${percent(share)} · ${counted(n, "post")}` : "–";
    });
    explorer.classList.toggle("few", Boolean(cell && cell.small));
    document.getElementById("told").textContent = told(cell);
    reset.disabled = !place.value && !period.value;
  }

  place.addEventListener("change", show);
  period.addEventListener("change", show);
  reset.addEventListener("click", () => {
    place.value = period.value = "";
    show();
    place.focus();
  });
  show();
  explorer.hidden = false;
  explorer.nextElementSibling.hidden = true;
}

/* The value of the mark nearest to the pointer. */
const NEAR = 22;
const tip = document.getElementById("tip");
let near = null;

function distance(box, x, y) {
  return Math.hypot(Math.max(box.left - x, 0, x - box.right), Math.max(box.top - y, 0, y - box.bottom));
}

function hide() {
  near?.classList.remove("is-near");
  near = null;
  tip.hidden = true;
}

function point(event) {
  const { clientX: x, clientY: y } = event;
  let best = null;
  let least = NEAR;
  for (const mark of event.currentTarget.querySelectorAll("[data-told]")) {
    const away = distance(mark.getBoundingClientRect(), x, y);
    if (away < least) [best, least] = [mark, away];
  }
  if (best !== near) hide();
  if (!best) return;
  near = best;
  near.classList.add("is-near");
  tip.textContent = near.dataset.told;
  tip.hidden = false;
  const { width, height } = tip.getBoundingClientRect();
  tip.style.left = `${Math.max(8, Math.min(x + 14, document.documentElement.clientWidth - width - 8))}px`;
  tip.style.top = `${y + height + 24 > window.innerHeight ? y - height - 12 : y + 18}px`;
}

/* What is wider than the page can be scrolled with the keyboard, too. */
function reach() {
  for (const box of document.querySelectorAll(".scroll")) {
    const isWide = box.scrollWidth > box.clientWidth + 1;
    box.tabIndex = isWide ? 0 : -1;
    if (!isWide) box.removeAttribute("tabindex");
  }
}

if (explorer) explore();
for (const svg of document.querySelectorAll(".chart svg")) {
  svg.addEventListener("pointermove", point);
  svg.addEventListener("pointerdown", point);
  svg.addEventListener("pointerleave", hide);
}
document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
document.addEventListener("scroll", hide, { passive: true, capture: true });
document.addEventListener("toggle", reach, true);
window.addEventListener("resize", reach);
let folded = [];
window.addEventListener("beforeprint", () => {
  folded = [...document.querySelectorAll("details:not([open])")];
  for (const box of folded) box.open = true;
});
window.addEventListener("afterprint", () => {
  for (const box of folded) box.open = false;
});
reach();
