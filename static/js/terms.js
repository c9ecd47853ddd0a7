// Term fields: suggestions from the local ontologies. The field holds "Label (CURIE)"; other words stay as they are.
(() => {
  'use strict';
  const connect = (root) => {
    for (const input of root.querySelectorAll('input[data-terms]:not([role=combobox])')) {
      const suggest = async (typed) => {
        const address = `/api/v1/terms/?${new URLSearchParams({ q: typed, ontology: input.dataset.terms, size: '8' })}`;
        const response = await fetch(address, { headers: { Accept: 'application/json' } });
        const answer = await response.json();
        return answer.terms.map((term) => ({
          text: term.label,
          value: `${term.label} (${term.curie})`,
          notes: [[term.curie, 'acc xs'], ...(term.matched && term.matched !== term.label ? [[`also: ${term.matched}`, 'xs soft']] : [])],
        }));
      };
      const choose = (option) => {
        input.value = option.value;
        input.dispatchEvent(new Event('input', { bubbles: true }));
      };
      window.combobox(input, { suggest, choose, label: input.dataset.label });
    }
  };
  connect(document);
  document.body.addEventListener('rows-added', (event) => connect(event.detail));
})();
