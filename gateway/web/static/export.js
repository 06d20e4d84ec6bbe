// SPDX-License-Identifier: EUPL-1.2
// Shows how far an export has come while the browser downloads it; without this, it is a plain download.
"use strict";

for (const formulaire of document.querySelectorAll("form.export")) {
  formulaire.addEventListener("submit", () => {
    const zone = formulaire.querySelector(".avancement");
    const barre = zone.querySelector("progress");
    const mots = zone.querySelector("[role=status]");
    const adresse = `/console/export/${formulaire.elements.suivi.value}`;
    zone.hidden = false;
    mots.textContent = "";
    let immobile = 0;
    let avant = -1;
    const regarde = async () => {
      const reponse = await fetch(adresse, { credentials: "same-origin" });
      const { faits, total } = await reponse.json();
      if (total) {
        barre.max = total;
        barre.value = faits;
        mots.textContent = `${faits.toLocaleString("fr-FR")} sur ${total.toLocaleString("fr-FR")}`;
      }
      immobile = faits === avant ? immobile + 1 : 0;
      avant = faits;
      if ((total && faits >= total) || immobile > 60) {
        mots.textContent += total && faits >= total ? " : terminé." : " : interrompu.";
        return;
      }
      setTimeout(suivant, 500);
    };
    const suivant = () => regarde().catch(() => { mots.textContent = "L'avancement n'est pas connu ; le téléchargement continue."; });
    setTimeout(suivant, 300);
  });
}
