// Passkeys: ask the portal for a challenge, let the device answer it, send the answer as an ordinary form.
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

async function answer(form) {
  const asked = await fetch(form.dataset.passkey, { method: "POST" });
  if (!asked.ok) throw new Error("no challenge");
  const { challenge_id, options } = await asked.json();
  options.challenge = bytes(options.challenge);
  for (const list of ["allowCredentials", "excludeCredentials"])
    for (const one of options[list] || []) one.id = bytes(one.id);
  if (options.user) options.user.id = bytes(options.user.id);
  const made = "new" in form.dataset;
  const key = await navigator.credentials[made ? "create" : "get"]({ publicKey: options });
  const said = key.response;
  const response = { clientDataJSON: text(said.clientDataJSON) };
  if (made) {
    response.attestationObject = text(said.attestationObject);
    response.transports = said.getTransports ? said.getTransports() : [];
  } else {
    response.authenticatorData = text(said.authenticatorData);
    response.signature = text(said.signature);
    if (said.userHandle) response.userHandle = text(said.userHandle);
  }
  form.elements.challenge_id.value = challenge_id;
  form.elements.credential.value = JSON.stringify({
    id: key.id,
    rawId: text(key.rawId),
    type: key.type,
    response,
    clientExtensionResults: key.getClientExtensionResults(),
  });
}

document.querySelectorAll("form[data-passkey]").forEach((form) =>
  form.addEventListener("submit", async (event) => {
    if (form.elements.credential.value) return;
    event.preventDefault();
    try {
      await answer(form);
      form.submit();
    } catch {
      form.querySelector(".hint").textContent = "That didn’t work this time. Try once more, or use another way.";
    }
  }),
);
