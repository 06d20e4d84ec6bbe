// SPDX-License-Identifier: EUPL-1.2
// Checks in this browser what the server says it checked: the record's leaf, the path to the root, the signature.
// Each <article class="preuve"> carries its proof in data attributes, and the record itself as text.
"use strict";

(() => {
  const octets = (hexa) => Uint8Array.from(hexa.match(/../g) || [], (deux) => parseInt(deux, 16));
  const depuisBase64 = (texte) => Uint8Array.from(atob(texte), (lettre) => lettre.charCodeAt(0));
  const joints = (...morceaux) => {
    const total = new Uint8Array(morceaux.reduce((somme, un) => somme + un.length, 0));
    morceaux.reduce((place, un) => (total.set(un, place), place + un.length), 0);
    return total;
  };
  const egaux = (a, b) => a.length === b.length && a.every((octet, place) => octet === b[place]);
  const sha256 = async (contenu) => new Uint8Array(await crypto.subtle.digest("SHA-256", contenu));
  const noeud = (gauche, droite) => sha256(joints(Uint8Array.of(1), gauche, droite));

  // RFC 9162, 2.1.3.2. Record numbers go beyond 32 bits: BigInt.
  const racineAtteinte = async (feuille, numero, taille, chemin) => {
    let place = numero;
    let dernier = taille - 1n;
    let atteint = feuille;
    for (const voisin of chemin) {
      if (dernier === 0n) throw new Error("le chemin est trop long");
      if (place & 1n || place === dernier) {
        atteint = await noeud(voisin, atteint);
        while (!(place & 1n) && place) {
          place >>= 1n;
          dernier >>= 1n;
        }
      } else {
        atteint = await noeud(atteint, voisin);
      }
      place >>= 1n;
      dernier >>= 1n;
    }
    if (dernier !== 0n) throw new Error("le chemin est trop court");
    return atteint;
  };

  const pointDeControle = (note) => {
    const fin = note.lastIndexOf("\n\n");
    const texte = note.slice(0, fin + 1);
    const [origine, taille, racine] = texte.split("\n");
    const lignes = note.slice(fin + 2).split("\n").filter((ligne) => ligne.startsWith("— "));
    const signatures = lignes.map((ligne) => {
      const [, nom, encode] = ligne.split(" ");
      return { nom, contenu: depuisBase64(encode) };
    });
    return { texte, origine, taille: BigInt(taille), racine: depuisBase64(racine), signatures };
  };

  // true, false, or null when this browser does not know Ed25519.
  const signe = async (point, nom, cle, identite) => {
    const notre = point.signatures.find((une) => une.nom === nom && egaux(une.contenu.slice(0, 4), octets(identite)));
    if (!notre) return false;
    let publique;
    try {
      publique = await crypto.subtle.importKey("raw", depuisBase64(cle), { name: "Ed25519" }, false, ["verify"]);
    } catch {
      return null;
    }
    return crypto.subtle.verify("Ed25519", publique, notre.contenu.slice(4), new TextEncoder().encode(point.texte));
  };

  const verifie = async (article) => {
    const d = article.dataset;
    const ecrit = article.querySelector("pre.canonique").textContent;
    const feuille = await sha256(joints(Uint8Array.of(0), new TextEncoder().encode(ecrit)));
    if (!egaux(feuille, octets(d.feuille))) throw new Error("l'enregistrement affiché n'est pas celui de la feuille");
    const point = pointDeControle(d.point);
    if (point.taille !== BigInt(d.taille) || point.origine !== d.nom) throw new Error("le point de contrôle parle d'un autre arbre");
    const chemin = d.chemin.split(" ").filter(Boolean).map(octets);
    const racine = await racineAtteinte(feuille, BigInt(d.numero), point.taille, chemin);
    if (!egaux(racine, point.racine)) throw new Error("le chemin mène à une autre racine que celle du point de contrôle");
    const valable = await signe(point, d.nom, d.cle, d.empreinteCle);
    if (valable === false) throw new Error("la signature du point de contrôle ne se vérifie pas");
    return valable === null
      ? "Vérifié dans ce navigateur : feuille et chemin jusqu'à la racine. Il ne connaît pas Ed25519 : la signature reste à vérifier par dlnuf verify."
      : "Vérifié dans ce navigateur : feuille, chemin jusqu'à la racine, signature du journal.";
  };

  for (const article of document.querySelectorAll("article.preuve")) {
    const verdict = article.querySelector(".verdict");
    if (!verdict) continue;
    if (!(window.crypto && crypto.subtle)) {
      verdict.textContent = "Ce navigateur ne vérifie rien sur une connexion qui n'est pas sûre : voyez dlnuf verify, plus bas.";
      continue;
    }
    verifie(article).then(
      (mots) => {
        verdict.textContent = mots;
        verdict.classList.add("bien");
      },
      (erreur) => {
        verdict.textContent = `Ce navigateur refuse la preuve : ${erreur.message}.`;
        verdict.classList.add("mal");
      },
    );
  }
})();
