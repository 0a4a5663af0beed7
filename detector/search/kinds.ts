/** Of each byte: 1, a letter; 2, a digit. */
export const kinds = new Uint8Array(256)
for (let code = 0; code < 256; code += 1) {
  const char = String.fromCharCode(code)
  kinds[code] = /[A-Za-z]/.test(char) ? 1 : /[0-9]/.test(char) ? 2 : 0
}
