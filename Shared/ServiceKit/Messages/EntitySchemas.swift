import CooperationModel

// What the topics' values look like in JSON: the contract for whoever reads them with other tools. Every member that is
// always written is required; readers ignore what they do not know.

extension Schema {
  static let partnershipRequest = Schema.object(
    required: [
      "id": .uuid, "version": .version, "status": .oneOf(PartnershipRequest.Status.self), "country": .country,
      "authorities": .array(.foreignAuthority, minItems: 1), "title": .text, "summary": .text, "sought": .text,
      "themes": .array(.theme, maxItems: 8), "forms": .array(.oneOf(CooperationForm.self)), "wanted": .wantedPartner,
      "languages": .array(.languageCode), "existingPartners": .array(.collectivite), "partners": .array(.collectivite),
      "transitions": .transitions,
    ],
    optional: [
      "startsOn": .day, "endsOn": .day, "deadline": .day, "budget": .money, "fundingFound": .money, "contact": .uuid,
      "confirmBy": .instant,
    ]
  ).named("PartnershipRequest")

  static let profile = Schema.object(required: [
    "collectivite": .collectivite, "version": .version, "status": .oneOf(Profile.Status.self), "themes": .array(.theme),
    "countries": .array(.country), "languages": .array(.languageCode), "labels": .array(.theme),
    "forms": .array(.oneOf(CooperationForm.self)), "weeklyLimit": .integer(minimum: 0, maximum: 20),
    "delivery": .oneOf(Profile.Delivery.self), "transitions": .transitions,
  ]).named("Profile")

  static let contact = Schema.object(required: [
    "id": .uuid, "version": .version, "owner": .owner, "status": .oneOf(Contact.Status.self), "name": .text,
    "email": .text, "language": .oneOf(Language.self), "since": .instant, "transitions": .transitions,
  ]).named("Contact")

  static let cooperation = Schema.object(
    required: [
      "id": .uuid, "version": .version, "title": .text, "country": .country,
      "foreignPartners": .array(.foreignAuthority), "collectivites": .array(.collectivite, minItems: 1),
      "themes": .array(.theme), "status": .oneOf(Cooperation.Status.self), "description": .text,
      "transitions": .transitions,
    ], optional: ["startsOn": .day, "endsOn": .day, "request": .uuid]
  ).named("Cooperation")

  static let matchSet = Schema.object(required: [
    "request": .uuid, "requestVersion": .version, "scoring": .integer(minimum: 1),
    "ranked": .array(.match, maxItems: 20),
    "prospects": .array(.match, maxItems: 10),
  ]).named("MatchSet")

  static let lead = Schema.object(
    required: [
      "id": .leadID, "version": .version, "status": .oneOf(Lead.Status.self),
      "score": .integer(minimum: 0, maximum: 1_000),
      "scoring": .integer(minimum: 1), "factors": .array(.factor), "facts": .requestFacts, "offeredAt": .instant,
      "transitions": .transitions,
    ], optional: ["answerBy": .instant, "reason": .oneOf(Lead.Reason.self)]
  ).named("Lead")

  static let outboundMessage = Schema.object(
    required: [
      "id": .uuid, "version": .version, "contact": .uuid, "owner": .owner, "kind": .oneOf(OutboundMessage.Kind.self),
      "subjects": .array(.text), "status": .oneOf(OutboundMessage.Status.self), "attempt": .integer(minimum: 0),
      "notBefore": .instant, "createdAt": .instant,
    ],
    optional: ["outcome": .object(required: ["at": .instant, "channel": .text, "detail": .text])]
  ).named("OutboundMessage")

  static let declaration = Schema.object(required: [
    "id": .declarationID, "status": .oneOf(Declaration.Status.self), "lines": .array(.declarationLine),
    "submittedAt": .instant, "by": .text,
  ]).named("Declaration")

  static let setting = Schema.object(required: [
    "id": .string(pattern: "^(scoring|sending|log|campaign:[0-9]{4}|revoked:.+)$"), "version": .version, "value": .any,
  ]).named("Setting")

  static let commandOutcome = Schema.object(
    required: [
      "command": .uuid, "kind": .text, "entity": .text, "digest": .text, "receivedAt": .instant,
      "result": .object(optional: [
        "accepted": .object(required: ["version": .integer(minimum: 0), "created": .boolean]),
        "rejected": .object(required: ["_0": .rejection]),
      ]).describing("Exactly one of the two."),
    ], optional: ["origin": .commandOrigin]
  ).named("CommandOutcome")

  static let command = Schema.object(
    required: ["actor": .actor, "digest": .string(pattern: "^[0-9a-f]{64}$"), "body": .any],
    optional: ["ifMatch": .integer(minimum: 0), "origin": .commandOrigin]
  ).named("Command")
}

// MARK: Their parts

extension Schema {
  fileprivate static let text = Schema.string()
  fileprivate static let version = Schema.integer(minimum: 1)
  fileprivate static let country = Schema.string(pattern: "^[A-Z]{2}$", example: "NE")
  fileprivate static let languageCode = Schema.string(pattern: "^[a-z]{2}$", example: "fr")
  fileprivate static let theme = Schema.string(
    pattern: "^[a-z0-9-]+(/[a-z0-9-]+){0,2}$", example: "environnement/eau-dechets/eau-assainissement")
  fileprivate static let collectivite = Schema.string(
    pattern: "^(region|departement|epci|commune|collectivite):[0-9A-Z]{2,9}$", example: "commune:35051")
  fileprivate static let owner = Schema.string(
    pattern:
      "^(ministry|embassy:[A-Z]{2}|prefecture:.{2,3}|(region|departement|epci|commune|collectivite):[0-9A-Z]{2,9})$",
    example: "embassy:MG")
  fileprivate static let leadID = Schema.string(
    pattern: "^[0-9a-f-]{36}~[a-z]+:[0-9A-Z]{2,9}$"
  ).describing("The request's id and the collectivité's.")
  fileprivate static let declarationID = Schema.string(
    pattern: "^[a-z]+:[0-9A-Z]{2,9}/[0-9]{4}/[0-9]+$", example: "commune:35051/2025/1")

  fileprivate static let transitions = Schema.array(
    Schema.object(required: ["at": .instant, "by": .text, "what": .text, "status": .text]).named("Transition"),
    maxItems: Transition.limit)

  fileprivate static let foreignAuthority = Schema.object(
    required: ["name": .text, "kind": .oneOf(ForeignAuthority.Kind.self)],
    optional: ["population": .integer(minimum: 0), "longitude": .number, "latitude": .number]
  ).named("ForeignAuthority")

  fileprivate static let wantedPartner = Schema.object(
    required: [
      "kinds": .array(.oneOf(CollectiviteKind.self)), "territories": .array(.collectivite), "expertise": .array(.theme),
    ],
    optional: [
      "populationMin": .integer(minimum: 0), "populationMax": .integer(minimum: 0),
      "places": .array(.oneOf(PlaceKind.self), minItems: 1),
    ]
  ).named("WantedPartner")

  fileprivate static let factor = Schema.object(required: [
    "code": .oneOf(Factor.Code.self), "points": .integer(), "facts": .map(.text),
  ]).named("Factor")

  fileprivate static let match = Schema.object(required: [
    "collectivite": .collectivite, "score": .integer(minimum: 0, maximum: 1_000), "factors": .array(.factor),
  ]).named("Match")

  fileprivate static let requestFacts = Schema.object(
    required: [
      "version": .version, "country": .country, "authority": .text, "title": .text, "summary": .text, "sought": .text,
      "themes": .array(.theme), "forms": .array(.oneOf(CooperationForm.self)), "languages": .array(.languageCode),
    ], optional: ["deadline": .day, "contact": .uuid]
  ).named("RequestFacts")

  fileprivate static let declarationLine = Schema.object(
    required: [
      "category": .oneOf(DeclarationLine.Category.self), "recipient": .text, "channel": .text, "purpose": .text,
      "typeOfAid": .text, "amount": .money, "title": .text, "description": .text,
      "markers": .map(.integer(minimum: 0, maximum: 4)),
    ], optional: ["cooperation": .uuid]
  ).named("DeclarationLine")

  fileprivate static let actor = Schema.object(
    required: ["issuer": .text, "subject": .text, "role": .oneOf(Actor.Role.self)],
    optional: ["country": .country, "collectivite": .collectivite, "territory": .text, "onBehalf": .text]
  ).named("Actor")

  fileprivate static let commandOrigin = Schema.object(
    required: ["import": .uuid, "line": .integer(minimum: 1)], optional: ["version": .integer(minimum: 0)]
  ).named("CommandOrigin")

  fileprivate static let rejection = Schema.object(required: [
    "reason": .oneOf(Rejection.Reason.self),
    "violations": .array(
      Schema.object(required: [
        "pointer": .text, "code": .text, "message": .object(required: ["fr": .text, "en": .text]),
      ]).named("Violation"), minItems: 1),
  ]).named("Rejection")
}
