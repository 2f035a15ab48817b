// The token for a gateway that needs one. It comes from the URL's fragment, which browsers do not send to servers, or from the
// user's input. The page keeps it for the life of the tab and never puts it into a URL.

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
      // Removes the token from the history and from the URL that a user may copy.
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

  /** The token; null if there is none. */
  get value() {
    return sessionStorage.getItem(KEPT_AS);
  }

  /** Asks the user for a token and shows the reason. */
  ask(why) {
    this.#why.textContent = why;
    if (!this.#form.hidden) return;
    this.#form.hidden = false;
    this.#field.focus();
  }

  /** The gateway has accepted the token. */
  accepted() {
    this.#form.hidden = true;
  }
}
