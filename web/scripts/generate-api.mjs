// Writes shared/api/schema.ts from the server's OpenAPI file; with --check it only says whether the two still agree.
import { readFile, writeFile } from "node:fs/promises";
import openapiTS, { astToString } from "openapi-typescript";

const source = new URL("../../shell/api/openapi.json", import.meta.url);
const target = new URL("../shared/api/schema.ts", import.meta.url);
const banner = "// Written by `npm run gen` from shell/api/openapi.json. Do not edit.\n\n";

const contract = JSON.parse(await readFile(source, "utf8"));
const generated = banner + astToString(await openapiTS(contract));

if (!process.argv.includes("--check")) {
  await writeFile(target, generated);
  console.log("wrote shared/api/schema.ts");
} else if ((await readFile(target, "utf8")) === generated) {
  console.log("shared/api/schema.ts agrees with shell/api/openapi.json");
} else {
  console.error("shared/api/schema.ts is stale: run `npm run gen` in web/ and commit the result");
  process.exit(1);
}
