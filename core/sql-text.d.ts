/** SQL files are bundled as texts. */
declare module '*.sql?raw' {
  const text: string;
  export default text;
}
