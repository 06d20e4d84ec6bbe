// SPDX-License-Identifier: EUPL-1.2
// A file's page as it fills, and its forms' files looked at before they leave; without this, pages and forms do the same.
"use strict";

const zone = document.querySelector("[data-suivi]");
if (zone) {
  const mots = document.getElementById("avancement-mots");
  const arret = zone.querySelector(".avec-script");
  const attente = new Map();

  // What holds the focus is left alone until the focus has gone: nobody loses their place.
  const poser = (element, texte) => {
    if (element.innerHTML === texte) return;
    if (element.contains(document.activeElement)) {
      attente.set(element, texte);
      return;
    }
    attente.delete(element);
    element.innerHTML = texte;
  };
  document.addEventListener("focusout", () => setTimeout(() => {
    for (const [element, texte] of attente) poser(element, texte);
  }));

  const source = new EventSource(zone.dataset.suivi);
  source.addEventListener("piece", (recu) => {
    const { bloc, piece, texte } = JSON.parse(recu.data);
    let ligne = document.querySelector(`[data-piece="${CSS.escape(piece)}"]`);
    if (!ligne) {
      const membre = piece.split(":")[0];
      const liste = document.querySelector(`[data-bloc="${CSS.escape(bloc)}"][data-membre="${CSS.escape(membre)}"]`);
      if (!liste) return;
      ligne = document.createElement("li");
      ligne.dataset.piece = piece;
      liste.append(ligne);
      liste.hidden = false;
    }
    poser(ligne, texte);
  });
  source.addEventListener("reste", (recu) => {
    const reste = document.getElementById("reste-mots");
    if (reste) poser(reste, JSON.parse(recu.data).texte);
  });

  // Said aloud at most every two seconds, and always the last one.
  let dernier = 0;
  let prevu = null;
  source.addEventListener("avancement", (recu) => {
    const texte = JSON.parse(recu.data).texte;
    clearTimeout(prevu);
    prevu = setTimeout(() => {
      dernier = Date.now();
      if (mots.textContent !== texte) mots.textContent = texte;
    }, Math.max(0, dernier + 2000 - Date.now()));
  });
  const jauge = document.getElementById("jauge");
  source.addEventListener("jauge", (recu) => {
    const [venues, attendues] = JSON.parse(recu.data).texte.split("/").map(Number);
    jauge.max = attendues || 1;
    jauge.value = venues;
  });
  source.addEventListener("refus", () => {
    source.close();
    location.reload();
  });
  source.addEventListener("fin", () => source.close());
  source.addEventListener("error", () => {
    if (source.readyState === EventSource.CLOSED) arret.hidden = false;
  });
}

// A session ends after half an hour without a page: whoever types is there, and the service is told every five minutes.
let vu = Date.now();
document.addEventListener("input", () => {
  if (Date.now() - vu < 300000) return;
  vu = Date.now();
  fetch("/compte", { credentials: "same-origin", redirect: "manual" }).catch(() => {});
});

for (const formulaire of document.querySelectorAll("form[data-fichiers]")) {
  const limite = Number(formulaire.dataset.fichiers);
  for (const champ of formulaire.querySelectorAll("input[type=file]")) {
    const faute = document.createElement("p");
    faute.className = "faute";
    faute.id = `${champ.id}-taille`;
    champ.addEventListener("change", () => {
      const gros = [...champ.files].filter((un) => un.size > limite);
      faute.textContent = gros.length ? `Trop volumineux, au-delà de 10 Mio : ${gros.map((un) => un.name).join(", ")}. Choisissez un autre fichier.` : "";
      if (gros.length) {
        champ.value = "";
        champ.before(faute);
      } else {
        faute.remove();
      }
    });
    faute.setAttribute("role", "alert");
  }
}
