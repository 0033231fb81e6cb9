// In this folder: npm install --no-package-lock && npm run lint
import js from '@eslint/js';
import {defineConfig} from 'eslint/config';
import globals from 'globals';

export default defineConfig([
  {files: ['**/*.js'], extends: [js.configs.recommended]},
  {
    files: ['**/*.js'],
    ignores: ['eslint.config.js'],
    languageOptions: {sourceType: 'script', globals: globals.browser},
    linterOptions: {reportUnusedDisableDirectives: 'error'},
  },
]);
