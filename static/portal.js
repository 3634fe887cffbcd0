// On every page: leave quickly without a trace in this tab's history, and wake receipts that wait on this phone.
document.addEventListener("click", (event) => {
  const leave = event.target.closest("[data-leave]");
  if (!leave) return;
  event.preventDefault();
  document.body.replaceChildren();
  location.replace(leave.href);
});

document.querySelectorAll("form[data-passkey]").forEach((form) => {
  form.hidden = !window.PublicKeyCredential;
});

const corner = document.querySelector("[data-outbox]");
if (corner && localStorage.getItem("waiting")) import(corner.dataset.outbox).then((outbox) => outbox.wake(corner));
