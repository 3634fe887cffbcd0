// Receipts on their way from this phone: kept in the phone's own store until the portal has them, sent one by one, shrunk
// before they travel. Each carries a key made here, so that sending again never makes two.

const STEPS = [[1800, 0.7], [1800, 0.6], [1800, 0.5], [1600, 0.5], [1600, 0.4]]; // long side, quality: until it is
const SMALL_ENOUGH = 0.16; // of what it weighed
const SMALL_ANYWAY = 200_000;
const AGAIN_AFTER = 30_000;
const BY_ITSELF = "It sends itself when there’s signal. You can close Trellis.";

const asked = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

async function store(mode) {
  const open = indexedDB.open("trellis", 1);
  open.onupgradeneeded = () => open.result.createObjectStore("outbox", { keyPath: "key" });
  return (await asked(open)).transaction("outbox", mode).objectStore("outbox");
}

// What this page knows of, by key. Where a phone has no store (a private window, no room), this alone carries it.
const here = new Map();

async function keep(item) {
  here.set(item.key, item);
  await store("readwrite")
    .then((box) => asked(box.put(item)))
    .catch(() => {});
  await count();
}

async function forget(item) {
  here.delete(item.key);
  await store("readwrite")
    .then((box) => asked(box.delete(item.key)))
    .catch(() => {});
  await count();
}

const kept = () =>
  store("readonly")
    .then((box) => asked(box.getAll()))
    .catch(() => []);

// portal.js looks at this before it loads anything.
async function count() {
  const waiting = (await kept()).length;
  if (waiting) localStorage.setItem("waiting", waiting);
  else localStorage.removeItem("waiting");
}

function drawn(whole, longSide) {
  const scale = Math.min(1, longSide / Math.max(whole.width, whole.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(whole.width * scale);
  canvas.height = Math.round(whole.height * scale);
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.imageSmoothingQuality = "high";
  pen.drawImage(whole, 0, 0, canvas.width, canvas.height);
  return canvas;
}

// A photo small enough to travel and sharp enough to read. What this browser can't open, and whatever may have several
// pages, goes as it is.
export async function shrink(file) {
  if (!/^image\/(jpeg|png|webp|hei[cf])$/.test(file.type) || file.size < 300_000) return file;
  try {
    const whole = await createImageBitmap(file, { imageOrientation: "from-image" });
    let small;
    for (const [longSide, quality] of STEPS) {
      small = await new Promise((done) => drawn(whole, longSide).toBlob(done, "image/jpeg", quality));
      if (small.size < Math.max(file.size * SMALL_ENOUGH, SMALL_ANYWAY)) break;
    }
    whole.close();
    return small.size < file.size ? small : file;
  } catch {
    return file;
  }
}

const make = (tag, text, kind) => {
  const made = document.createElement(tag);
  if (text) made.textContent = text;
  if (kind) made.className = kind;
  return made;
};

// The card of one receipt: what it is, how far it is, and a way to take it back.
const cards = new Map();

function card(item) {
  if (cards.has(item.key)) return cards.get(item.key);
  const box = make("div", "", "card flow gap2");
  const line = make("p");
  line.append(make("b", item.name));
  const state = make("p", "Getting it ready", "small");
  state.id = `s${item.key}`;
  const bar = make("progress");
  bar.max = 1;
  bar.value = 0;
  bar.setAttribute("aria-labelledby", state.id);
  const back = make("button", "Take it back", "btn fit quiet");
  back.type = "button";
  back.onclick = () => takeBack(item);
  box.append(line, state, bar, back);
  place.hidden = false;
  place.append(box);
  const shown = { box, state, bar };
  cards.set(item.key, shown);
  return shown;
}

const SVG = "http://www.w3.org/2000/svg";

// It waits here: the status in its own look, and what happens next.
function rest(shown, next = BY_ITSELF) {
  const icon = document.createElementNS(SVG, "svg");
  icon.setAttribute("aria-hidden", "true");
  icon.append(document.createElementNS(SVG, "use"));
  icon.firstChild.setAttribute("href", "#held");
  const status = make("span", "Waiting on this phone", "st held");
  status.prepend(icon);
  shown.bar.hidden = true;
  shown.state.replaceChildren(status, make("br"), next);
}

// Before it has left whole, taking it back is forgetting it. After, the portal may have it: then it is put in the bin there.
async function takeBack(item) {
  item.gone = true;
  cards.get(item.key)?.box.remove();
  cards.delete(item.key);
  if (item.left) return keep(item).then(() => wake());
  item.request?.abort();
  await forget(item);
}

function post(item, shown) {
  return new Promise((resolve) => {
    const form = new FormData();
    form.append("receipt_key", item.key);
    form.append("photo", item.blob, item.name);
    const request = new XMLHttpRequest();
    Object.defineProperty(item, "request", { value: request, configurable: true }); // not for the store
    request.open("POST", item.url);
    request.setRequestHeader("HX-Request", "true");
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) shown.bar.value = event.loaded / event.total;
    };
    request.upload.onload = () => {
      item.left = true;
      shown.state.textContent = "Almost there";
      keep(item);
    };
    request.onloadend = () => resolve(request);
    request.timeout = 120_000;
    shown.bar.hidden = false;
    shown.state.textContent = "Sending";
    request.send(form);
  });
}

const part = (html) => {
  const made = document.createElement("template");
  made.innerHTML = html; // our own page's part, from our own server
  return made.content;
};

const bin = (answered) => {
  const form = answered.querySelector("form[action$='/withdrawal']");
  return form && fetch(form.getAttribute("action"), { method: "POST", headers: { "HX-Request": "true" } });
};

// The page's address becomes the one to come back to: what was sent from here.
function remember(answered) {
  const link = answered.querySelector("a[data-sent]");
  if (!link || !place.dataset.sent) return;
  const sent = new URL(location.pathname.endsWith("/sent") ? location.href : place.dataset.sent, location.href);
  sent.searchParams.append("r", link.dataset.sent);
  history.replaceState(null, "", sent);
}

// Send one. True when the next may go: this one is there, was refused with a reason, or was taken back.
async function send(item) {
  if (!item.ready) {
    if (!item.gone) card(item);
    item.blob = await shrink(item.blob);
    item.ready = true;
    if (here.has(item.key)) await keep(item);
  }
  if (!here.has(item.key)) return true;
  const shown = item.gone ? { box: make("p"), state: make("p"), bar: make("progress") } : card(item);
  const answer = await post(item, shown);
  if (!here.has(item.key)) return true;
  if (answer.status === 200 || answer.status === 422) {
    const answered = part(answer.responseText);
    if (item.gone) await bin(answered);
    else {
      remember(answered);
      shown.box.replaceWith(answered);
      cards.delete(item.key);
    }
    await forget(item);
    return true;
  }
  if (!item.gone && [403, 404, 409, 413].includes(answer.status)) {
    item.stuck = true; // sending it once more would end the same
    rest(shown, "It can’t be sent from here. Take it back, or add it again.");
    return true;
  }
  rest(shown, answer.status === 401 ? "Sign in again, and it sends itself." : BY_ITSELF);
  return false;
}

let place;
let timer;
let busy = false;
let again = false; // signal came back while one was being sent

// Send what waits on this phone for the person of this page, now and whenever there may be signal again.
export async function wake(where = place) {
  place = where;
  again = busy;
  if (busy) return;
  busy = true;
  clearTimeout(timer);
  try {
    for (const item of await kept()) if (!here.has(item.key)) here.set(item.key, item);
    const mine = (item) => item.who === place.dataset.who && !item.stuck;
    for (const item of here.values()) if (mine(item) && !item.gone) card(item);
    // New ones join the queue while it is being sent.
    for (let item; (item = [...here.values()].find(mine)); )
      if (!(await send(item))) {
        for (const other of here.values()) if (other !== item && cards.has(other.key)) rest(cards.get(other.key));
        timer = setTimeout(wake, AGAIN_AFTER);
        break;
      }
  } finally {
    busy = false;
  }
  if (again) wake();
}

window.addEventListener("online", () => place && wake());
document.addEventListener("visibilitychange", () => place && !document.hidden && wake());

// Take files from an input: each is shown and kept, then sent.
export async function take(files, url, where) {
  place = where;
  const items = files.map((file) => ({ key: newKey(), who: place.dataset.who, url, name: file.name || "photo.jpg", blob: file }));
  for (const item of items) {
    card(item);
    await keep(item);
  }
  await wake();
}

const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
