// What is typed stays on this phone until the portal has it: a dead battery or a lost signal takes nothing. It is there again
// for whoever typed it alone (`data-keep` says who), and gone once it is sent or thrown away (`data-forget` says what).
const name = (form) => `kept ${form.dataset.keep} ${form.getAttribute("action")}`;
const boxes = (form) => form.querySelectorAll("textarea");
const forget = (is) => Object.keys(localStorage).forEach((key) => is(key) && localStorage.removeItem(key));

document.querySelectorAll("form[data-keep]").forEach((form) =>
  boxes(form).forEach((box) => {
    const kept = JSON.parse(localStorage.getItem(name(form)) ?? "null");
    if (kept && [kept.from, ""].includes(box.defaultValue)) box.value = kept.words;
  }),
);

document.addEventListener("input", (event) => {
  const box = event.target.closest("form[data-keep] textarea");
  if (box) localStorage.setItem(name(box.form), JSON.stringify({ from: box.defaultValue, words: box.value }));
});

document.addEventListener("submit", (event) => {
  const what = event.target.dataset.forget;
  if (what) forget((key) => key.startsWith(`kept ${what}`));
});

// It is there: nothing of it stays on the phone. By now the form itself may have left the page; one that gives back what was
// typed when a sign-in had run out doesn't know whose it is.
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.requestConfig.elt;
  const { status } = event.detail.xhr; // htmx calls nothing “successful” that goes on to another page
  if (!form.matches("form[data-keep]") || status < 200 || status >= 400) return;
  const end = ` ${form.getAttribute("action")}`;
  forget((key) => (form.dataset.keep ? key === name(form) : key.startsWith("kept ") && key.endsWith(end)));
});

document.addEventListener("htmx:sendError", (event) => {
  if (!event.target.closest("form[data-keep]")) return;
  const line = document.createElement("p");
  line.textContent = "No signal just now. What you wrote stays here: try again in a moment.";
  const note = document.createElement("div");
  note.className = "note away";
  note.append(line);
  document.getElementById("flash").replaceChildren(note);
  note.scrollIntoView({ block: "nearest" });
});
