/** What `electron` is in the tests of the core: nothing. electron-store only asks it for defaults nobody uses here. */
export default {};
