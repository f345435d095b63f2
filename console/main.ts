/** The console's entry: theme, icons and language first, then the shell: texts are read when a file of it is loaded. */
import './styles/tokens.css';
import './styles/base.css';
import { applyTheme } from './context/theme.ts';
import { registerIcons } from './styles/icons.ts';
import { startLanguage } from './texts/language.ts';

applyTheme();
registerIcons();
await startLanguage();
await import('./app-shell.ts');
