/** The console's entry: what has to be said first, theme and icons, then the shell. */
import './context/no-code-of-text.ts';
import './styles/tokens.css';
import './styles/base.css';
import { applyTheme } from './context/theme.ts';
import { registerIcons } from './styles/icons.ts';
import './app-shell.ts';

applyTheme();
registerIcons();
