"""The columns of each reference table: one entry for every column, none left out."""

from __future__ import annotations

from rdflib import Literal, URIRef
from rdflib.namespace import DCTERMS, FOAF, ORG, PROV, RDF, RDFS, SKOS
from reference_cells import (
    CONCEPT,
    MARKS,
    TRUE,
    Column,
    Facts,
    Row,
    V,
    address,
    citation,
    code,
    data_categories,
    day,
    facts,
    instrument,
    iri,
    link,
    nothing,
    organisation,
    recipients,
    table,
    text,
    tree,
    truth,
    values,
    verified,
)

NATIONS = {"E": "england", "W": "wales", "S": "scotland", "NI": "northern-ireland"}
EFFECTS = {
    "duty-to-share": V.SharingDuty,
    "express-power-to-share": V.PermissivePower,
    "implied-power": V.PermissivePower,
    "duty-of-function": V.PermissivePower,
    "restriction": V.SharingRestriction,
    "exemption": V.Exemption,
    "safeguard": V.Safeguard,
    "definition": V.Definition,
}
CONDITION_KINDS = {
    "art6": V.Article6Basis,
    "art9": V.Article9Condition,
    "art10": V.Article10Basis,
    "dpa-sch1-part1": V.Schedule1Condition,
    "dpa-sch1-part2": V.Schedule1Condition,
    "dpa-sch1-part3": V.Schedule1Condition,
    "law-enforcement": V.LawEnforcementCondition,
    "dpa-sch8": V.LawEnforcementCondition,
    "crossing": V.LegalCondition,
    "recognised-legitimate-interest": V.LegalCondition,
    "common-law-confidence": V.ConfidentialityBasis,
    "restriction-note": SKOS.Concept,
}
REGISTERS = {
    "ODS": "ods",
    "GSS": "gss",
    "Companies House": "companies-house",
    "GOV.UK organisations": "govuk",
    "Charity": "charity",
}
NOT_A_PARTY = {
    "unit": V.OrganisationUnit,
    "site": ORG.Site,
    "unincorporated-partnership": ORG.OrganizationalCollaboration,
}
LEVELS = {"tier_1": "principles", "tier_2": "purposes", "tier_3": "processes"}
SUITED = {"suits": V.suitsLevel, "may": V.maySignLevel, "no": V.notForLevel}
LIVE_LISTS = {
    "power_strength": "strength",
    "restriction_kind": "restriction-kind",
    "data_form": "data-form",
    "direction": "direction",
    "commencement_status": "commencement",
    "sensitivity": "sensitivity",
}


def reading_source(cell: str, row: Row) -> Facts:
    """A reading rests on its provision, else on its Act; guidance and common law are no law to
    derive from, so the link is a looser one."""
    if cell:
        return facts(V.derivedFrom, URIRef(cell))
    source = instrument(row["legislation_id"])
    return facts(V.derivedFrom if "legislation.gov.uk" in source else PROV.wasDerivedFrom, source)


LEGISLATION: dict[str, Column] = MARKS | {
    "id": code(SKOS.notation),
    "legislation_uri": lambda cell, _: facts(RDF.type, V.LegalInstrument if cell else PROV.Entity),
    "title": text(SKOS.prefLabel),
    "year": code(DCTERMS.date),
    "kind": code(V.instrumentKind),
    "extent": text(V.extent),
    "in_force_note": text(SKOS.note),
}
LEGISLATION.pop("note")
PROVISIONS: dict[str, Column] = MARKS | {
    "id": code(SKOS.notation),
    "legislation_id": nothing,  # by reading_source and by the home file
    "provision_uri": reading_source,
    "citation": citation,
    "label": text(SKOS.prefLabel),
    "effect": lambda cell, _: facts(RDF.type, EFFECTS[cell], V.LegalReading),
    "power_strength": link(V.strength, "strength"),
    "mandatory": truth(V.mandatory),
    "restriction_kind": link(V.restrictionKind, "restriction-kind"),
    "limits": link(V.limits, "reading"),
    "lifted_by": link(V.liftedBy, "reading"),
    "restricts_data": data_categories(V.restrictsData),
    "trigger": link(V.trigger, "trigger"),
    "trigger_text": text(V.triggerText),
    "holder_types": link(V.holderType, "org-type"),
    "holder_types_excluded": link(V.holderTypeExcluded, "org-type"),
    "recipient_types": recipients,
    "direction": link(V.direction, "direction"),
    "hub_types": link(V.hubType, "org-type"),
    "purposes": link(V.permitsPurpose, "purpose"),
    "permits_data": data_categories(V.permitsData),
    "data_form": link(V.dataForm, "data-form"),
    "data_scope": text(V.dataScope),
    "overrides_confidentiality": truth(V.overridesConfidentiality),
    "applies_in": lambda cell, _: facts(
        V.appliesIn, *(iri("nation", NATIONS[value]) for value in values(cell))
    ),
    "commencement_status": link(V.commencementStatus, "commencement"),
    "in_force_from": day(V.inForceFrom),
    "start_basis": code(V.startBasis),
    "in_force_to": day(V.inForceUntil),
    "planned_from": day(V.plannedFrom),
    "summary": text(V.readingText),
    "seen_on": day(V.dateSeen),
}


def condition_only(column: Column) -> Column:
    """The decision table: a restriction note has none, and its cells say no or nothing."""
    return lambda cell, row: set() if row["kind"] == "restriction-note" else column(cell, row)


def condition_type(cell: str, _: Row) -> Facts:
    found = facts(RDF.type, CONDITION_KINDS[cell])
    return found if cell == "restriction-note" else found | facts(RDF.type, V.LegalCondition)


def companions(cell: str, _: Row) -> Facts:
    groups = {row["group"] for row in table("conditions")}
    kinds = {value: "condition-group" if value in groups else "condition" for value in values(cell)}
    return facts(V.requiresCompanion, *(iri(kind, value) for value, kind in kinds.items()))


def related(prop: URIRef, kind: str) -> Column:
    def column(cell: str, row: Row) -> Facts:
        note = row["kind"] == "restriction-note"
        return link(DCTERMS.relation if note else prop, kind)(cell, row)

    return column


def policy_exception(cell: str, row: Row) -> Facts:
    found = facts(SKOS.scopeNote, Literal(f"Policy document: {cell}", lang="en")) if cell else set()
    if "disclosure to a competent authority" in cell:
        found |= facts(V.policyDocumentException, V.CompetentAuthority)
    return found


def condition_regime(cell: str, row: Row) -> Facts:
    if row["kind"] == "restriction-note":
        said = "Part of the law of confidence, for health and care information."
        return facts(SKOS.scopeNote, Literal(said, lang="en"))
    return facts(V.conditionRegime, Literal(cell))


CONDITIONS: dict[str, Column] = (
    MARKS
    | CONCEPT
    | {
        "kind": condition_type,
        "group": condition_only(link(V.inGroup, "condition-group")),
        "reference": text(DCTERMS.bibliographicCitation),
        "citation": citation,
        "regime": condition_regime,
        "companion": condition_only(companions),
        "companion_mode": condition_only(code(V.companionMode)),
        "excluded_for": lambda cell, _: (
            facts(V.excludedForPublicAuthorityTasks, TRUE) if cell else set()
        ),
        "needs_duty": condition_only(truth(V.needsDuty)),
        "needs_function_or_power": condition_only(truth(V.needsFunctionOrPower)),
        "policy_document": condition_only(truth(V.needsPolicyDocument)),
        "policy_document_exception": policy_exception,
        "needs_provision": related(V.needsReading, "reading"),
        "needs_power_overriding_confidence": condition_only(truth(V.needsOverridingPower)),
        "case_by_case": condition_only(truth(V.caseByCase)),
        "only_for_purpose": related(V.onlyForPurpose, "purpose"),
        "for_special_category": condition_only(truth(V.forSpecialCategory)),
        "for_criminal_offence": condition_only(truth(V.forCriminalOffence)),
        "valid_from": day(V.validFrom),
        "valid_to": day(V.validUntil),
        "summary": text(SKOS.definition),
        "seen_on": day(V.dateSeen),
    }
)
CONDITIONS.pop("definition")


def bodies(prop: URIRef) -> Column:
    return lambda cell, _: facts(prop, *(organisation(value) for value in values(cell)))


def entity_kind(cell: str, _: Row) -> Facts:
    return facts(RDF.type, NOT_A_PARTY.get(cell, V.Organisation)) | facts(
        V.entityKind, Literal(cell)
    )


def public_body(cell: str, row: Row) -> Facts:
    if row["entity_kind"] in NOT_A_PARTY:
        return facts(V.publicBodyStatus, Literal(cell))
    return facts(RDF.type, {"yes": V.PublicBody, "no": V.PrivateBody}[cell])


def public_authority(cell: str, row: Row) -> Facts:
    if row["entity_kind"] in NOT_A_PARTY:
        return facts(V.publicAuthorityStatus, Literal(cell))
    if cell == "yes":
        return facts(RDF.type, V.PublicAuthority)
    return truth(V.publicAuthority)(cell, row)


def competent_authority(cell: str, row: Row) -> Facts:
    found = facts(V.competentAuthorityStatus, Literal(cell))
    if cell == "no" or row["entity_kind"] in NOT_A_PARTY:
        return found
    return found | facts(RDF.type, V.CompetentAuthority)


def register_code(register: str) -> Column:
    """A code that is not the row's checked register key is an unchecked identifier."""

    def column(cell: str, row: Row) -> Facts:
        checked = row["register_key"] == cell and row["register_key_verified"] == "yes"
        prop = ORG.identifier if checked else V.uncheckedIdentifier
        kind = iri("register", REGISTERS[register])
        return facts(prop, Literal(cell, datatype=kind)) if cell else set()

    return column


def register_key(cell: str, row: Row) -> Facts:
    return register_code(row["register"])(cell, row) if cell else set()


def successor(cell: str, row: Row) -> Facts:
    """Here only the two that are no event; events are proved by their own test."""
    direct = {"phe": DCTERMS.isReplacedBy, "ico": V.plannedSuccessor}
    return bodies(direct[row["id"]])(cell, row) if row["id"] in direct else set()


ORGANISATIONS: dict[str, Column] = MARKS | {
    "id": code(SKOS.notation),
    "name": text(SKOS.prefLabel),
    "entity_kind": entity_kind,
    "types": lambda cell, row: link(
        V.statedType if row["entity_kind"] in NOT_A_PARTY else V.hasType, "org-type"
    )(cell, row),
    "public_body": public_body,
    "public_authority": public_authority,
    "competent_authority": competent_authority,
    "scope": code(V.areaScope),
    "parent_id": lambda cell, row: bodies(
        ORG.siteOf if row["entity_kind"] == "site" else ORG.subOrganizationOf
    )(cell, row),
    "constituent_of": bodies(V.constituentOf),
    "member_of": bodies(ORG.memberOf),
    "successor_id": successor,
    "relation_note": text(RDFS.comment),
    "register": nothing,  # the datatype of the key
    "register_key": register_key,
    "register_key_verified": nothing,  # chooses the property of the key
    "ods_code": register_code("ODS"),
    "gss_code": register_code("GSS"),
    "companies_house_number": register_code("Companies House"),
    "charity_number": register_code("Charity"),
    "homepage": address(FOAF.homepage),
    "valid_from": day(V.validFrom),
    "valid_to": day(V.validUntil),
    "stated_dates": lambda cell, _: (
        facts(V.statedDate, Literal(cell.replace("from:", "validFrom:", 1))) if cell else set()
    ),
}


def code_term(row: Row) -> Facts:
    """The term of the ontology that carries a code, where one does."""
    if row["list"] in LIVE_LISTS:
        return facts(RDFS.seeAlso, iri(LIVE_LISTS[row["list"]], row["code"]))
    if row["list"] == "effect":
        return facts(RDFS.seeAlso, EFFECTS[row["code"]])
    return set()


CODES: dict[str, Column] = {
    "list": lambda cell, row: facts(SKOS.notation, Literal(f"{cell}/{row['code']}")),
    "code": lambda cell, row: (
        facts(SKOS.prefLabel, Literal(cell.replace("-", " "), lang="en")) | code_term(row)
    ),
    "column": lambda cell, _: facts(SKOS.scopeNote, Literal(f"Column: {cell}", lang="en")),
    "meaning": text(SKOS.definition),
    "uses": lambda cell, _: (
        facts(SKOS.note, Literal(f"Uses in the tables: {cell}", lang="en")) if cell else set()
    ),
}


def level(cell: str, prop: str) -> Facts:
    return facts(SUITED[cell], iri("level", LEVELS[prop]))


ROLES = tree(
    "role",
    tier_1=lambda cell, _: level(cell, "tier_1"),
    tier_2=lambda cell, _: level(cell, "tier_2"),
    tier_3=lambda cell, _: level(cell, "tier_3"),
    source=address(DCTERMS.source),
    verified=verified,
    note=text(SKOS.note),
)
ROLES.pop("dpv_close_match")
CALDICOTT: dict[str, Column] = MARKS | {
    "id": code(SKOS.notation),
    "label": text(SKOS.prefLabel),
    "number": code(DCTERMS.identifier),
    "summary": text(SKOS.definition),
    "status": text(SKOS.scopeNote),
    "valid_from": day(V.validFrom),
}


def used_by_provisions(cell: str, row: Row) -> Facts:
    return facts(SKOS.exactMatch, iri("trigger", row["id"])) if cell == "yes" else set()


# table -> (kind of IRI, class of every row or none, columns)
TABLES: dict[str, tuple[str, URIRef | None, dict[str, Column]]] = {
    "legislation": ("law", None, LEGISLATION),
    "provisions": ("reading", None, PROVISIONS),
    "conditions": ("condition", None, CONDITIONS),
    "organisations": ("org", None, ORGANISATIONS),
    "purposes": ("purpose", V.Purpose, tree("purpose")),
    "categories": (
        "category",
        V.DataCategory,
        tree("category", sensitivity=link(V.sensitivity, "sensitivity")),
    ),
    "subjects": ("subjects", V.DataSubjectCategory, tree("subjects")),
    "organisation_types": (
        "org-type",
        V.OrganisationType,
        tree("org-type", public_body=code(V.publicBodyStatus)),
    ),
    "flow_methods": ("method", V.TransferMethod, tree("method")),
    "flow_triggers": (
        "flow-trigger",
        V.FlowTrigger,
        tree("flow-trigger", used_by_provisions=used_by_provisions),
    ),
    "signing_roles": ("role", V.SigningCapacity, ROLES),
    "caldicott": ("principle", V.Principle, CALDICOTT),
    "codes": ("code", SKOS.Concept, CODES),
}
# What a node may hold besides its columns: the list it stands in, and readings of a note's words.
BESIDE = {SKOS.inScheme, SKOS.topConceptOf}
BESIDE_OF = {
    "organisations": {V.inNation, V.notStated, SKOS.altLabel},
    "codes": {RDFS.seeAlso},
}


def node_of(name: str, row: Row) -> URIRef:
    if name == "legislation":
        return instrument(row["id"])
    if name == "organisations":
        return organisation(row["id"])
    if name == "codes":
        return iri("code", f"{row['list']}/{row['code']}")
    return iri(TABLES[name][0], row["id"])
