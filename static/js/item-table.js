// A table of items: cells pasted from a spreadsheet spread over cells and lines; lines that are missing are added.
(() => {
  'use strict';
  const table = document.querySelector('table[data-paste]');
  if (!table) return;
  const body = table.tBodies[0];
  const add = table.closest('form').querySelector('button[data-add]');

  // Rows of tab-separated cells as spreadsheets copy them: a cell with line breaks stands in quotation marks.
  const rowsOf = (text) => {
    const rows = [[]];
    const cell = /"((?:[^"]|"")*)"(?=\t|\r?\n|$)|([^\t\r\n]*)/y;
    for (let at = 0; at <= text.length;) {
      cell.lastIndex = at;
      const [all, quoted, plain] = cell.exec(text);
      rows.at(-1).push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
      at += all.length;
      const end = /\t|\r?\n/y;
      end.lastIndex = at;
      const found = end.exec(text)?.[0];
      if (found === undefined) break;
      at += found.length;
      if (found !== '\t' && at < text.length) rows.push([]);
      if (found !== '\t' && at >= text.length) break;
    }
    return rows;
  };

  const put = (place, text) => {
    const words = text.trim();
    const [control, unit] = place.querySelectorAll('input, textarea, select');
    if (control.matches('select')) {
      const same = [...control.options].find((o) => [o.value, o.text].some((v) => v.toLowerCase() === words.toLowerCase()));
      if (same) control.value = same.value;
    } else if (unit) {
      const [, number, of] = /^([-+.\d]*)\s*(\D*)$/.exec(words) ?? [null, words, ''];
      control.value = number;
      if ([...unit.options].some((option) => option.value === of)) unit.value = of;
    } else control.value = 'several' in control.dataset ? words.split(/\s*;\s*/).join('\n') : words;
    control.dispatchEvent(new Event('input', { bubbles: true }));
  };

  const cellsOf = (row) => [...row.cells].slice(1, -1);
  const headings = () => cellsOf(table.tHead.rows[0]).map((cell) => cell.firstChild.textContent.trim().toLowerCase());

  // By their headings, where the first row holds nothing else; otherwise side by side from the cell that was chosen.
  const columnsOf = (first, start) => {
    const known = first.map((words) => headings().indexOf(words.trim().toLowerCase()));
    const isHead = known.every((at) => at >= 0);
    return { isHead, columns: isHead ? known : first.map((_, right) => start + right) };
  };

  table.addEventListener('paste', (event) => {
    const cell = event.target.closest('td');
    const text = event.clipboardData.getData('text/plain');
    const isOneCell = !text.includes('\t') && (!text.trim().includes('\n') || event.target.matches('textarea'));
    if (!cell || isOneCell) return;
    event.preventDefault();
    const rows = rowsOf(text);
    const { columns, isHead } = columnsOf(rows[0], cellsOf(cell.parentElement).indexOf(cell));
    if (isHead) rows.shift();
    rows.forEach((cells, down) => {
      const at = cell.parentElement.sectionRowIndex + down;
      while (body.rows.length <= at) add.click();
      const places = cellsOf(body.rows[at]);
      cells.forEach((words, right) => { if (places[columns[right]]) put(places[columns[right]], words); });
    });
  });
})();
