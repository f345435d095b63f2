/**
 * The console's entry: what has to be said first, then theme, icons and language, then the shell and the page of the
 * address: texts are read when a file of theirs is loaded. What the shell asks first is asked meanwhile.
 */
import './context/no-code-of-text.ts';
import './styles/tokens.css';
import './styles/base.css';
import { askEarly, frameAddresses } from './api/asked-early.ts';
import { applyTheme } from './context/theme.ts';
import { loadPageOf } from './page-files.ts';
import { registerIcons } from './styles/icons.ts';
import { startLanguage } from './texts/language.ts';

// The link of somebody new is followed without asking who is there.
if (location.pathname !== '/welcome') for (const path of frameAddresses) askEarly(path);
applyTheme();
registerIcons();
// Nothing here waits at the top level: what is loaded stands on this file, and would wait for it in turn.
void startLanguage().then(() => {
  void import('./app-shell.ts');
  loadPageOf(location.pathname);
});
