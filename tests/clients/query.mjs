// Asks a SPARQL endpoint with fetch-sparql-endpoint and writes what it was told as JSON.
// Usage: node query.mjs ENDPOINT SELECT CONSTRUCT
import { SparqlEndpointFetcher } from "fetch-sparql-endpoint";

const [endpoint, select, construct] = process.argv.slice(2);

async function all(stream) {
  const found = [];
  for await (const one of stream) found.push(one);
  return found;
}

async function refused(work) {
  try {
    await work();
  } catch (error) {
    return error.message;
  }
  return "";
}

const told = {};
for (const method of ["GET", "POST"]) {
  const fetcher = new SparqlEndpointFetcher({ method, timeout: 20000 });
  const rows = await all(await fetcher.fetchBindings(endpoint, select));
  const triples = await all(await fetcher.fetchTriples(endpoint, construct));
  told[method] = {
    rows: rows.map((row) => [row.body.value, row.nation.value]),
    triples: triples.map((one) => [one.subject.value, one.predicate.value, one.object.value]),
    ask: await fetcher.fetchAsk(endpoint, "ASK { ?s ?p ?o }"),
    wrong: await refused(async () => all(await fetcher.fetchBindings(endpoint, "SELECT ?s {"))),
    update: await refused(() => fetcher.fetchUpdate(endpoint, "INSERT DATA { <a:a> <a:b> <a:c> }")),
  };
}
console.log(JSON.stringify(told));
