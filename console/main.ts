/**
 * The console's entry: what has to be said first, then theme, icons and language, then the shell: texts are read when a
 * file of it is loaded.
 */
import './context/no-code-of-text.ts';
import './styles/tokens.css';
import './styles/base.css';
import { applyTheme } from './context/theme.ts';
import { registerIcons } from './styles/icons.ts';
import { startLanguage } from './texts/language.ts';

applyTheme();
registerIcons();
await startLanguage();
await import('./app-shell.ts');
