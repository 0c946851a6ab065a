// Starts the public page.
export {};
