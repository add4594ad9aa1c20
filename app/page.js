/** The page at `/`. Odd versions are blue and even ones green, so that a release is seen across the room. */
export function page(version) {
  const colour = Number(/\d+/.exec(version)?.[0] ?? 1) % 2 === 0 ? "#15803d" : "#1d4ed8";
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(version)}</title>
<style>
  body { background: ${colour}; color: white; display: grid; font-family: system-ui, sans-serif; height: 100vh; margin: 0;
         place-content: center; text-align: center }
  h1 { font-size: 8rem; margin: 0 }
</style>
</head>
<body>
<h1>${escapeHtml(version)}</h1>
<p>Hello! This is the version that answers you now.</p>
</body>
</html>
`;
}

function escapeHtml(text) {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
