// Receipts on their way from this phone: shrunk, kept in the phone's own store until the portal has them, sent one by one.
// Each carries a key made here, so that sending again never makes two.

const LONG_SIDE = 1800;
const QUALITY = 0.7;

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

const all = async () => asked((await store("readonly")).getAll());
const keep = async (item) => asked((await store("readwrite")).put(item));
const forget = async (key) => {
  await asked((await store("readwrite")).delete(key));
  await count();
};

async function count() {
  const waiting = (await all()).length;
  if (waiting) localStorage.setItem("waiting", waiting);
  else localStorage.removeItem("waiting");
}

// A photo small enough to travel and sharp enough to read. What this browser can't open goes as it is.
export async function shrink(file) {
  if (!file.type.startsWith("image/") || file.size < 300_000) return file;
  try {
    const whole = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONG_SIDE / Math.max(whole.width, whole.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(whole.width * scale);
    canvas.height = Math.round(whole.height * scale);
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.imageSmoothingQuality = "high";
    pen.drawImage(whole, 0, 0, canvas.width, canvas.height);
    whole.close();
    const small = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
    return small && small.size < file.size ? small : file;
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
function card(item) {
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
  box.append(line, state, bar, back);
  return { box, state, bar, back };
}

function post(item, shown) {
  return new Promise((resolve) => {
    const form = new FormData();
    form.append("receipt_key", item.key);
    form.append("photo", item.blob, item.name);
    const request = new XMLHttpRequest();
    request.open("POST", item.url);
    request.setRequestHeader("HX-Request", "true");
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) shown.bar.value = event.loaded / event.total;
    };
    request.onload = () => resolve(request);
    request.onerror = request.ontimeout = request.onabort = () => resolve(null);
    request.timeout = 120_000;
    shown.back.onclick = async () => {
      item.gone = true;
      request.abort();
      await forget(item.key);
      shown.box.remove();
    };
    shown.state.textContent = "Sending";
    request.send(form);
  });
}

async function send(item, place, shown) {
  const answer = await post(item, shown);
  if (item.gone) return true;
  if (answer && (answer.status === 200 || answer.status === 422)) {
    await forget(item.key);
    const part = document.createElement("template");
    part.innerHTML = answer.responseText; // our own page's part, from our own server
    shown.box.replaceWith(part.content);
    return true;
  }
  shown.bar.remove();
  shown.state.textContent =
    answer && answer.status === 401
      ? "Waiting on this phone. Sign in again, and it sends itself."
      : "Waiting on this phone. It sends itself when there’s signal; you can close Trellis.";
  shown.state.className = "st held";
  setTimeout(() => wake(place), 30_000);
  return false;
}

let busy = false;

// Send what waits on this phone for the person and group of this page.
export async function wake(place) {
  if (busy) return;
  busy = true;
  try {
    for (const item of await all()) {
      if (item.who !== place.dataset.who) continue;
      document.getElementById(`s${item.key}`)?.parentElement.remove();
      const shown = card(item);
      place.hidden = false;
      place.append(shown.box);
      if (!(await send(item, place, shown))) break;
    }
  } finally {
    busy = false;
  }
}

// Take files from an input: each is shrunk, kept, and sent.
export async function take(files, url, place) {
  for (const file of files) {
    const item = { key: crypto.randomUUID(), who: place.dataset.who, url, name: file.name || "photo.jpg" };
    const shown = card(item);
    place.append(shown.box);
    item.blob = await shrink(file);
    try {
      await keep(item);
      await count();
    } catch {
      // no store on this phone (private window, full): it still goes straight away
    }
    busy = true;
    await send(item, place, shown);
    busy = false;
  }
}
