import eslint from "@eslint/js";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["node_modules/", "test/apps/"] },
  eslint.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      // The engine runs a component's constructor for its effects; a resource often needs no name of its own.
      "no-new": "off",
      "@typescript-eslint/consistent-type-imports": "error",
      "max-lines": ["error", { max: 280, skipComments: true, skipBlankLines: true }],
    },
  },
  {
    files: ["**/*.mjs", "app/**/*.js"],
    languageOptions: { globals: { process: "readonly", console: "readonly", URL: "readonly", setTimeout: "readonly" } },
  },
);
