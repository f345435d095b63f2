/** The address of the file with all icons, put in by the build. */
declare module 'virtual:icon-sheet' {
  const address: string;
  export default address;
}
