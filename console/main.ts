/** The console's entry: theme and icons first, then the shell. */
import './styles/tokens.css';
import './styles/base.css';
import { applyTheme } from './context/theme.ts';
import { registerIcons } from './styles/icons.ts';
import './app-shell.ts';

applyTheme();
registerIcons();
