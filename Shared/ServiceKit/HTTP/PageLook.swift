/// The look of every page: that of the messages which lead to them.
///
/// Every pair of colours has a contrast of at least 4.5 to 1, in light and in dark; edges of what is worked with, 3 to 1.
enum PageLook {
  static let css = """
    :root { color-scheme: light dark; --page: #f2f4f8; --card: #fff; --pale: #eef2fb; --line: #dde2ec; --edge: #767f95;
      --ink: #161b26; --dim: #56607a; --accent: #1f3a8a; --on-accent: #fff; --warn: #b34000; --warn-pale: #fff4ee; }
    @media (prefers-color-scheme: dark) {
      :root { --page: #11141b; --card: #1a1f2a; --pale: #222a3a; --line: #333c4f; --edge: #7c88a3;
        --ink: #e8ebf2; --dim: #a6b0c6; --accent: #9db8ff; --on-accent: #11141b; --warn: #ff9e66; --warn-pale: #33241b; }
    }
    * { box-sizing: border-box; }
    body { margin: 0; padding: 2rem 1rem; background: var(--page); color: var(--ink);
      font: 1.0625rem/1.6 "Segoe UI", Roboto, Helvetica, Arial, sans-serif; }
    header, main, footer { max-width: 38rem; margin: 0 auto; }
    .document :is(header, main, footer) { max-width: 56rem; }
    .brand { margin: 0 .25rem .75rem; font-weight: 700; letter-spacing: .02em; color: var(--accent); }
    main { background: var(--card); border: 1px solid var(--line); border-radius: .625rem; padding: 1.75rem; }
    main > :last-child { margin-bottom: 0; }
    h1 { margin: 0 0 1rem; font-size: 1.5rem; line-height: 1.3; text-wrap: balance; overflow-wrap: anywhere; }
    h2 { margin: 1.75rem 0 .5rem; font-size: 1.125rem; line-height: 1.35; break-after: avoid; }
    p { margin: 0 0 1rem; overflow-wrap: anywhere; text-wrap: pretty; }
    .lead { margin: 0 0 .25rem; color: var(--dim); }
    ul { margin: 0 0 1rem; padding-left: 1.25rem; }
    li { margin: 0 0 .375rem; }
    dl, dd { margin: 0; }
    .facts { margin: 0 0 1.25rem; border-top: 1px solid var(--line); }
    .facts div { display: flex; flex-wrap: wrap; gap: 0 1rem; padding: .5rem 0; border-bottom: 1px solid var(--line); }
    .facts dt { flex: 0 0 9rem; color: var(--dim); }
    .facts dd { flex: 1 1 14rem; overflow-wrap: anywhere; }
    .note, .warning { margin: 0 0 1rem; padding: .625rem 1rem; border-left: .25rem solid var(--accent); background: var(--pale); }
    .warning { border-color: var(--warn); background: var(--warn-pale); }
    form { margin: 1.5rem 0 0; }
    fieldset { margin: 0 0 1.25rem; padding: 0; border: 0; min-width: 0; }
    legend { margin: 0 0 .5rem; padding: 0; font-size: 1.125rem; font-weight: 700; }
    .choice { display: flex; gap: .75rem; align-items: center; margin: 0 0 .5rem; padding: .625rem .875rem;
      border: 1px solid var(--edge); border-radius: .5rem; cursor: pointer; }
    .choice:has(:checked) { border-color: var(--accent); background: var(--pale); box-shadow: inset 0 0 0 1px var(--accent); }
    .choice input { flex: none; width: 1.125rem; height: 1.125rem; margin: 0; accent-color: var(--accent); }
    .field { display: block; margin: 1rem 0 0; color: var(--dim); }
    select { display: block; width: 100%; min-height: 2.75rem; margin: .375rem 0 0; padding: .5rem .75rem; font: inherit;
      color: var(--ink); background: var(--card); border: 1px solid var(--edge); border-radius: .5rem; }
    button { min-height: 2.75rem; padding: .6rem 1.5rem; font: inherit; font-weight: 600; cursor: pointer;
      color: var(--on-accent); background: var(--accent); border: 1px solid var(--accent); border-radius: .5rem; }
    button.plain { color: var(--ink); background: transparent; border-color: var(--edge); }
    :is(button, select):focus-visible, .choice:focus-within:has(:focus-visible) { outline: 3px solid var(--accent); outline-offset: 3px; }
    footer { padding: 1rem .25rem 0; font-size: .9375rem; color: var(--dim); }
    @media (max-width: 30rem) {
      body { padding: 1rem .5rem; }
      main { padding: 1.25rem 1rem; }
      .facts div { display: block; }
      button { width: 100%; }
    }
    @media print {
      :root { color-scheme: light; --page: #fff; --card: #fff; --pale: #fff; --line: #b9bfcc; --edge: #767f95;
        --ink: #000; --dim: #444; --accent: #1f3a8a; --on-accent: #fff; --warn: #b34000; --warn-pale: #fff; }
      @page { size: A4; margin: 18mm 16mm; }
      body { padding: 0; font-size: 10.5pt; }
      header, main, footer, .document :is(header, main, footer) { max-width: none; }
      main { padding: 0; border: 0; }
      footer { break-inside: avoid; }
    }
    """
}
