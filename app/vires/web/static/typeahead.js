/* Lets a long list be chosen from by typing, where scripts run. The list comes with the page; where
   few of its words hold what was typed, the search of this site is asked for names that are near.
   Without the script the list is the plain select that it is. */
"use strict";
(() => {
  if (typeof accessibleAutocomplete === "undefined") return;
  const FEW = 5;
  const MANY = 20;
  const PAUSE = 200; // milliseconds without a key before the search is asked

  const near = async (kind, typed) => {
    const asked = new URLSearchParams({ q: typed.slice(0, 100), kind, limit: MANY });
    try {
      const answer = await fetch(`/api/search?${asked}`);
      return answer.ok ? (await answer.json()).results.map((found) => found.label) : [];
    } catch {
      return []; // no network: the list of the page is still there
    }
  };

  for (const select of document.querySelectorAll("select[data-kind]")) {
    const { id, form } = select;
    // What was typed before and names nothing stays in the field, and is no choice.
    const options = [...select.options].filter((o) => o.value && !("typed" in o.dataset));
    const labels = options.map((o) => o.text);
    // The search knows a body by its label; the list may say beside it when it ended.
    const listed = new Map(options.map((o) => [o.dataset.label || o.text, o.text]));
    const others = new Map(options.map((o) => [o.text, (o.dataset.also || "").split("|")]));
    const chosen = select.value ? select.selectedOptions[0].text : "";
    let latest = "";
    let guessed = new Set(); // names that are near what was typed, and do not hold it
    let known = new Map(); // the other name that holds what was typed, where the label does not
    const plain = document.createElement("span");
    const suggestion = (label) => {
      plain.textContent = label || "";
      const shown = plain.innerHTML;
      plain.textContent = known.has(label) ? `: ${known.get(label)}` : "";
      return shown + plain.innerHTML + (guessed.has(label) ? " (near name)" : "");
    };
    const source = async (typed, show) => {
      latest = typed;
      const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
      const holds = (name) => words.every((word) => name.toLowerCase().includes(word));
      known = new Map();
      for (const label of labels) {
        const also = holds(label) ? undefined : others.get(label).find((name) => name && holds(name));
        if (also) known.set(label, also);
      }
      const here = labels.filter((label) => holds(label) || known.has(label));
      guessed = new Set();
      show(words.length ? here.slice(0, MANY) : labels);
      if (here.length >= FEW || !typed.trim()) return;
      await new Promise((resume) => { setTimeout(resume, PAUSE); });
      if (typed !== latest) return;
      const more = (await near(select.dataset.kind, typed))
        .map((label) => listed.get(label))
        .filter((label) => label && !here.includes(label));
      if (typed !== latest || !more.length) return;
      guessed = new Set(more);
      show([...here, ...more]);
    };
    const describedBy = select.getAttribute("aria-describedby");
    accessibleAutocomplete.enhanceSelectElement({
      selectElement: select,
      source,
      defaultValue: chosen,
      autoselect: false,
      confirmOnBlur: false,
      minLength: 0,
      showAllValues: true, // a click on the empty field opens the whole list, to look through
      name: "",
      showNoOptionsFound: false,
      templates: { inputValue: (label) => label || "", suggestion },
    });
    const input = document.getElementById(id);
    if (describedBy) {
      const own = input.getAttribute("aria-describedby") || "";
      input.setAttribute("aria-describedby", `${describedBy} ${own}`.trim());
    }
    // ARIA 1.2 has a combobox control its list; this release of the component says that it owns it.
    input.setAttribute("aria-controls", `${id}__listbox`);
    input.maxLength = 200;
    if (select.classList.contains("govuk-select--error")) input.classList.add("vires-typed--error");
    // What was typed is what is sent, or a choice made before would stand in its place.
    form.addEventListener("submit", () => {
      const typed = input.value.trim();
      if (typed === (select.value ? select.selectedOptions[0].text : "")) return;
      const option = [...select.options].find((o) => o.value && o.text === typed);
      if (option) option.selected = true;
      else if (!typed) select.value = "";
      else select.add(new Option(typed, typed, true, true));
    });
    // To narrow the list by a word is what typing does now.
    const narrow = form.querySelector(".vires-find");
    if (narrow) narrow.remove();
  }
})();
