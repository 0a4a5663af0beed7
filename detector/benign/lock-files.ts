import { digits, hex, lower, of, upper, uuid } from '../random-text.ts'

const base64 = (length: number) => of(`${lower}${upper}${digits}+/`, length)
const sha512 = () => `${base64(86)}==`
const base32 = (length: number) => of(`${lower}234567`, length)

/** What package managers write, with digests made anew. */
export const lockFiles: Readonly<Record<string, () => string>> = {
  'package-lock.json': () =>
    `{"lockfileVersion":3,"packages":{"node_modules/token-types":{"version":"6.0.0","resolved":"https://registry.npmjs.org/token-types/-/token-types-6.0.0.tgz","integrity":"sha512-${sha512()}"},"node_modules/keyv":{"version":"4.5.4","resolved":"https://registry.npmjs.org/keyv/-/keyv-4.5.4.tgz","integrity":"sha1-${base64(27)}="}}}`,
  'Cargo.lock': () =>
    `[[package]]\nname = "secrecy"\nversion = "0.8.0"\nsource = "registry+https://github.com/rust-lang/crates.io-index"\nchecksum = "${hex(64)}"\ndependencies = [\n "zeroize",\n]\n\n[[package]]\nname = "tokio"\nversion = "1.38.0"\nsource = "git+https://github.com/tokio-rs/tokio?rev=${hex(40)}#${hex(40)}"\n`,
  'go.sum': () =>
    `github.com/golang-jwt/jwt/v5 v5.2.1 h1:${base64(43)}=\ngithub.com/golang-jwt/jwt/v5 v5.2.1/go.mod h1:${base64(43)}=\ngolang.org/x/oauth2 v0.0.0-20200107190931-${hex(12)}/go.mod h1:${base64(43)}=\n`,
  'yarn.lock of version 1': () =>
    `# yarn lockfile v1\n\n\n"@aws-crypto/sha256-js@^5.2.0":\n  version "5.2.0"\n  resolved "https://registry.yarnpkg.com/@aws-crypto/sha256-js/-/sha256-js-5.2.0.tgz#${hex(40)}"\n  integrity sha512-${sha512()}\n  dependencies:\n    "@aws-crypto/util" "^5.2.0"\n\njsonwebtoken@^9.0.0:\n  version "9.0.2"\n  resolved "https://registry.yarnpkg.com/jsonwebtoken/-/jsonwebtoken-9.0.2.tgz#${hex(40)}"\n  integrity sha512-${sha512()}\n`,
  'yarn.lock of Berry': () =>
    `__metadata:\n  version: 8\n  cacheKey: 10c0\n\n"csrf-token@npm:^3.1.0":\n  version: 3.1.0\n  resolution: "csrf-token@npm:3.1.0"\n  dependencies:\n    keygrip: "npm:~1.1.0"\n  checksum: 10c0/${hex(128)}\n  languageName: node\n  linkType: hard\n`,
  'pnpm-lock.yaml': () =>
    `lockfileVersion: '9.0'\npackages:\n  '@types/passport@1.0.16':\n    resolution: {integrity: sha512-${sha512()}}\n  bcrypt@5.1.1:\n    resolution: {integrity: sha512-${sha512()}}\n    engines: {node: '>= 10.0.0'}\n`,
  'poetry.lock': () =>
    `[[package]]\nname = "passlib"\nversion = "1.7.4"\noptional = false\npython-versions = "*"\nfiles = [\n    {file = "passlib-1.7.4-py2.py3-none-any.whl", hash = "sha256:${hex(64)}"},\n    {file = "passlib-1.7.4.tar.gz", hash = "sha256:${hex(64)}"},\n]\n\n[metadata]\nlock-version = "2.0"\ncontent-hash = "${hex(64)}"\n`,
  'uv.lock': () =>
    `[[package]]\nname = "keyring"\nversion = "25.2.1"\nsource = { registry = "https://pypi.org/simple" }\nsdist = { url = "https://files.pythonhosted.org/packages/${hex(2)}/${hex(2)}/${hex(60)}/keyring-25.2.1.tar.gz", hash = "sha256:${hex(64)}", size = 61121 }\n`,
  'Pipfile.lock': () =>
    `{"_meta":{"hash":{"sha256":"${hex(64)}"},"sources":[{"name":"pypi","url":"https://pypi.org/simple","verify_ssl":true}]},"default":{"itsdangerous":{"hashes":["sha256:${hex(64)}","sha256:${hex(64)}"],"version":"==2.2.0"}}}`,
  'requirements.txt': () => `cryptography==42.0.8 \\\n    --hash=sha256:${hex(64)} \\\n    --hash=sha256:${hex(64)}\n`,
  'composer.lock': () =>
    `{"content-hash":"${hex(32)}","packages":[{"name":"symfony/password-hasher","version":"v7.1.1","source":{"type":"git","url":"https://github.com/symfony/password-hasher.git","reference":"${hex(40)}"},"dist":{"type":"zip","url":"https://api.github.com/repos/symfony/password-hasher/zipball/${hex(40)}","reference":"${hex(40)}","shasum":""}}]}`,
  'Gemfile.lock': () =>
    `GIT\n  remote: https://github.com/heartcombo/devise.git\n  revision: ${hex(40)}\n  specs:\n    devise (4.9.4)\n      bcrypt (~> 3.0)\n\nCHECKSUMS\n  bcrypt (3.1.20) sha256=${hex(64)}\n  jwt (2.8.1) sha256=${hex(64)}\n`,
  'mix.lock': () =>
    `%{\n  "comeonin": {:hex, :comeonin, "5.4.0", "${hex(64)}", [:mix], [], "hexpm", "${hex(64)}"},\n}\n`,
  'pubspec.lock': () =>
    `  flutter_secure_storage:\n    dependency: "direct main"\n    description:\n      name: flutter_secure_storage\n      sha256: "${hex(64)}"\n      url: "https://pub.dev"\n    source: hosted\n    version: "9.2.2"\n`,
  'Podfile.lock': () =>
    `SPEC CHECKSUMS:\n  FirebaseAuth: ${hex(40)}\n  KeychainAccess: ${hex(40)}\n\nPODFILE CHECKSUM: ${hex(40)}\n`,
  'flake.lock': () =>
    `{"nodes":{"nixpkgs":{"locked":{"lastModified":1718835956,"narHash":"sha256-${base64(43)}=","owner":"NixOS","repo":"nixpkgs","rev":"${hex(40)}","type":"github"}}}}`,
  'of Terraform': () =>
    `provider "registry.terraform.io/hashicorp/vault" {\n  version = "4.2.0"\n  hashes = [\n    "h1:${base64(43)}=",\n    "zh:${hex(64)}",\n  ]\n}\n`,
  'deno.lock': () =>
    `{"version":"4","specifiers":{"jsr:@std/crypto@1":"1.0.3"},"jsr":{"@std/crypto@1.0.3":{"integrity":"${hex(64)}"}},"remote":{"https://deno.land/x/jwt@v3.0.2/mod.ts":"${hex(64)}"}}`,
  'gradle verification': () =>
    `<component group="io.jsonwebtoken" name="jjwt-api" version="0.12.5">\n  <artifact name="jjwt-api-0.12.5.jar">\n    <sha256 value="${hex(64)}" origin="Generated by Gradle"/>\n    <pgp value="${hex(40).toUpperCase()}"/>\n  </artifact>\n</component>`,
  'an image of Nix': () =>
    `/nix/store/${base32(32)}-gnupg-2.4.5/bin/gpg\n/nix/store/${base32(32)}-password-store-1.7.4.drv\n`,
  Bazel: () =>
    `http_archive(\n    name = "tink_java",\n    sha256 = "${hex(64)}",\n    urls = ["https://github.com/tink-crypto/tink-java/archive/${hex(40)}.zip"],\n)\n`,
  'an SBOM': () =>
    `{"bomFormat":"CycloneDX","serialNumber":"urn:uuid:${uuid()}","components":[{"name":"auth","hashes":[{"alg":"SHA-256","content":"${hex(64)}"}],"purl":"pkg:npm/auth@1.0.0"}]}`,
}
