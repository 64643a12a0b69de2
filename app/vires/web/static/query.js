/* Turns the query field into YASQE where scripts run. Nothing is fetched and nothing is stored:
   prefixes, classes and properties to complete come with the page. */
"use strict";
(() => {
  const field = document.getElementById("query");
  const form = field && field.form;
  if (!form || typeof Yasqe === "undefined") return;

  const terms = document.getElementById("query-terms").dataset;
  const listed = (role) => terms[role].split("|");
  const starting = (role) => (yasqe, token) => {
    const typed = (token && token.autocompletionString) || "";
    return listed(role).filter((iri) => iri.startsWith(typed));
  };
  const completers = Yasqe.Autocompleters;
  completers.class.get = starting("class");
  completers.property.get = starting("property");
  completers.prefixes.get = () => listed("prefix");
  completers.prefixes.persistenceId = null;

  const holder = document.createElement("div");
  holder.className = "vires-editor";
  field.after(holder);
  const editor = new Yasqe(holder, {
    value: field.value,
    persistenceId: null,
    consumeShareLink: null,
    prefixCcApi: null,
    showQueryButton: false,
    pluginButtons: () => [],
    resizeable: false,
    editorHeight: "auto",
    viewportMargin: Infinity,
    screenReaderLabel: "SPARQL query",
    lineWrapping: true,
    tabindex: 0,
  });
  // Tab leaves the editor, as it leaves every other field.
  editor.setOption("extraKeys", {
    ...editor.getOption("extraKeys"),
    Tab: false,
    "Shift-Tab": false,
    "Ctrl-Enter": () => form.requestSubmit(),
    "Cmd-Enter": () => form.requestSubmit(),
  });
  const inner = holder.querySelector("textarea");
  inner.setAttribute("aria-label", "SPARQL query");
  inner.setAttribute("aria-describedby", field.getAttribute("aria-describedby"));
  field.hidden = true;
  field.classList.add("govuk-!-display-none");
  document.querySelector('label[for="query"]').addEventListener("click", () => editor.focus());
  const summary = document.querySelector('.govuk-error-summary a[href="#query"]');
  if (summary) {
    summary.addEventListener("click", (event) => {
      event.preventDefault();
      editor.focus();
    });
  }
  const keep = () => { field.value = editor.getValue(); };
  editor.on("change", keep);
  form.addEventListener("submit", keep);
})();
