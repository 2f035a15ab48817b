// The token for a gateway that wants one: from the address's fragment, which no server sees, or typed in. It is kept for as
// long as the tab lives, and never put into an address.

const KEPT_AS = "deltastream-token";

export class Token {
  #form = document.getElementById("sign-in");
  #field = document.getElementById("token");
  #why = document.getElementById("sign-in-why");

  /** @param {(token: string) => void} brought */
  constructor(brought) {
    const given = new URLSearchParams(location.hash.slice(1)).get("token");
    if (given) {
      sessionStorage.setItem(KEPT_AS, given);
      // Neither in the history nor where somebody copies the address.
      history.replaceState(null, "", location.pathname + location.search);
    }
    this.#form.addEventListener("submit", event => {
      event.preventDefault();
      const token = this.#field.value.trim();
      if (token === "") return;
      sessionStorage.setItem(KEPT_AS, token);
      this.#field.value = "";
      brought(token);
    });
  }

  /** The token; null where there is none. */
  get value() {
    return sessionStorage.getItem(KEPT_AS);
  }

  /** Asks for one, and says why. */
  ask(why) {
    this.#why.textContent = why;
    if (!this.#form.hidden) return;
    this.#form.hidden = false;
    this.#field.focus();
  }

  /** It was good. */
  accepted() {
    this.#form.hidden = true;
  }
}
