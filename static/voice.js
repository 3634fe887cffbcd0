// A voice note, recorded in the page: it goes into the form's own file input, as a file that was chosen would. Stops by
// itself at five minutes; can be listened to and thrown away before it is sent.
const LONGEST = 5 * 60;
const KINDS = ["audio/webm;codecs=opus", "audio/ogg;codecs=opus", "audio/mp4"];
const ENDINGS = { "audio/webm": "webm", "audio/ogg": "ogg", "audio/mp4": "m4a" };
const able = () => window.MediaRecorder && navigator.mediaDevices?.getUserMedia && window.DataTransfer;

const WHY_NOT = {
  NotAllowedError: "Trellis may not hear you yet. Allow the microphone for this page in your browser, or choose a recording below.",
  NotFoundError: "There’s no microphone here. You can choose a recording below.",
};
const BUSY = "The microphone is busy elsewhere just now. Try again in a moment, or choose a recording below.";

const minutes = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
const part = (field, name) => field.querySelector(`[data-${name}]`);
const input = (field) => field.querySelector("input[type=file]");
const recorded = new WeakMap(); // what was recorded for each field
const notes = (field) => recorded.get(field) ?? recorded.set(field, []).get(field);
let now; // the one that is being recorded

// The input holds what was chosen there, and after it what was recorded here.
function put(field, chosen = [...input(field).files].filter((file) => !notes(field).includes(file))) {
  const all = new DataTransfer();
  for (const file of [...chosen, ...notes(field)]) all.items.add(file);
  input(field).files = all.files;
}

const tell = (field, words) => {
  part(field, "told").textContent = words;
};

function show(field, file, seconds) {
  const line = document.createElement("li");
  const sound = document.createElement("audio");
  const away = document.createElement("button");
  line.className = "card flow gap2";
  sound.controls = true;
  sound.src = URL.createObjectURL(file);
  sound.setAttribute("aria-label", `Your voice note, ${minutes(seconds)}`);
  away.type = "button";
  away.className = "btn quiet";
  away.textContent = "Throw it away";
  away.onclick = () => {
    const others = notes(field).filter((one) => one !== file);
    const chosen = [...input(field).files].filter((one) => !notes(field).includes(one));
    recorded.set(field, others);
    put(field, chosen);
    URL.revokeObjectURL(sound.src);
    line.remove();
    part(field, "recorded").hidden = !others.length;
    tell(field, "Thrown away.");
    part(field, "record").focus();
  };
  const words = document.createElement("p");
  words.className = "small";
  words.textContent = `Your voice note, ${minutes(seconds)}. It goes when you send.`;
  line.append(words, sound, away);
  part(field, "recorded").append(line);
  part(field, "recorded").hidden = false;
}

function running(field, on) {
  part(field, "record").hidden = on;
  part(field, "running").hidden = !on;
  part(field, on ? "stop" : "record").focus();
}

async function record(field) {
  let microphone;
  tell(field, "");
  try {
    microphone = await navigator.mediaDevices.getUserMedia({ audio: true });
  } catch (why) {
    return tell(field, WHY_NOT[why.name] ?? BUSY);
  }
  const kind = KINDS.find((one) => MediaRecorder.isTypeSupported(one));
  const recorder = new MediaRecorder(microphone, { mimeType: kind, audioBitsPerSecond: 32_000 });
  const pieces = [];
  const started = Date.now();
  const seconds = () => Math.min(LONGEST, (Date.now() - started) / 1000);
  const tick = setInterval(() => {
    part(field, "clock").textContent = minutes(seconds());
  }, 250);
  const end = setTimeout(() => recorder.state === "inactive" || recorder.stop(), LONGEST * 1000);
  recorder.ondataavailable = (event) => pieces.push(event.data);
  now = {
    field,
    stop: () =>
      new Promise((done) => {
        recorder.addEventListener("stop", done);
        if (recorder.state !== "inactive") recorder.stop();
        else done();
      }),
  };
  recorder.onstop = () => {
    const lasted = seconds();
    clearInterval(tick);
    clearTimeout(end);
    microphone.getTracks().forEach((track) => track.stop());
    now = undefined;
    const type = recorder.mimeType.split(";")[0];
    const file = new File(pieces, `voice-note-${notes(field).length + 1}.${ENDINGS[type] ?? "webm"}`, { type });
    const chosen = [...input(field).files].filter((one) => !notes(field).includes(one));
    notes(field).push(file);
    put(field, chosen);
    show(field, file, lasted);
    running(field, false);
    tell(field, lasted >= LONGEST ? "That’s five minutes: it stopped by itself. You can record another." : "Recorded.");
  };
  recorder.start();
  part(field, "clock").textContent = minutes(0);
  running(field, true);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-record], [data-stop]");
  const field = button?.closest("[data-attach]");
  if (!field) return;
  if (button.matches("[data-record]")) record(field);
  else now?.stop();
});

// Choosing others leaves what was recorded.
document.addEventListener("change", (event) => {
  const field = event.target.closest("[data-attach]");
  if (field && event.target === input(field) && notes(field).length) put(field, [...input(field).files]);
});

// Sending while it records: what was said until now goes with it.
document.addEventListener(
  "submit",
  async (event) => {
    if (!now || !event.target.contains(now.field)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const [form, button] = [event.target, event.submitter];
    await now.stop();
    form.requestSubmit(button);
  },
  true,
);

const ready = () =>
  document.querySelectorAll("[data-recorder]").forEach((one) => {
    one.hidden = !able();
  });
document.addEventListener("htmx:load", ready);
ready();
