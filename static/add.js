// The add page: choosing is sending.
const form = document.getElementById("shoot");
const place = document.getElementById("sending");
document.getElementById("carry-on").hidden = !window.indexedDB;

form.querySelectorAll("input[type=file]").forEach((input) =>
  input.addEventListener("change", async () => {
    const files = [...input.files];
    input.value = "";
    const outbox = await import(place.dataset.outbox);
    await outbox.take(files, form.action, place);
  }),
);
