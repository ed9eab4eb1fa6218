/// “l’eau et l’assainissement”: a theme inside a French sentence, with its articles, by the last part of its id.
enum ThemePhrases {
  static func french(_ theme: ThemeID) -> String? {
    theme.rawValue.split(separator: "/").last.flatMap { phrases[String($0)] }
  }

  private static let phrases: [String: String] = Dictionary(
    table.split(separator: "\n").compactMap { line in
      let parts = line.split(separator: "|")
      return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
    }, uniquingKeysWith: { first, _ in first })

  private static let table = """
    politique|la gouvernance, l’action humanitaire et la coopération transfrontalière
    gouvernance-locale|la gouvernance locale et l’appui institutionnel
    appui-institutionnel|l’appui institutionnel
    decentralisation|la décentralisation
    intercommunalite|l’intercommunalité et la coopération entre territoires
    finances-locales|les finances locales et la fiscalité
    etat-civil|l’état civil et l’identité
    commande-publique|la commande publique et la transparence
    participation-citoyenne|la démocratie locale et la participation citoyenne
    formation-agents|la formation des élus et des agents
    cooperation-transfrontaliere|la coopération transfrontalière
    projets-transfrontaliers|les projets et services transfrontaliers
    amenagement-transfrontalier|l’aménagement et la mobilité transfrontaliers
    humanitaire|l’action humanitaire et l’urgence
    aide-urgence|l’aide d’urgence et l’aide alimentaire
    aide-alimentaire|l’aide alimentaire
    reconstruction|la reconstruction et le relèvement
    securite-civile|la sécurité civile et les secours
    paix|la paix et la mémoire
    dialogue-reconciliation|le dialogue et la réconciliation
    memoire|le travail de mémoire
    deminage|le déminage humanitaire
    relations-internationales|les relations internationales des territoires
    jumelage|le jumelage et l’amitié entre les peuples
    strategie-internationale|la stratégie internationale et les réseaux
    droits|les droits humains, l’égalité et les migrations
    droits-humains|les droits humains
    defense-droits|la défense des droits et libertés
    acces-droit|l’accès au droit et à la justice
    societe-civile|l’appui à la société civile
    egalite|l’égalité entre les femmes et les hommes
    droits-femmes|les droits et l’autonomie des femmes
    violences-femmes|la lutte contre les violences faites aux femmes
    entrepreneuriat-feminin|l’entrepreneuriat des femmes
    inclusion|l’inclusion et la lutte contre les discriminations
    handicap|le handicap et l’accessibilité
    minorites|les minorités et la lutte contre les discriminations
    migrations|les migrations et la mobilité
    mobilite-humaine|la mobilité et les migrations choisies
    diasporas|les diasporas et le codéveloppement
    accueil-refugies|l’accueil des personnes réfugiées
    environnement|l’environnement, le climat et l’énergie
    eau-dechets|l’eau et les déchets
    eau-assainissement|l’eau et l’assainissement
    ressource-eau|la gestion de la ressource en eau et des bassins
    metiers-eau|la formation aux métiers de l’eau
    dechets|la gestion des déchets
    economie-circulaire|le réemploi et l’économie circulaire
    climat|le climat
    adaptation|l’adaptation au changement climatique
    attenuation|la réduction des émissions
    plan-climat|les plans climat des territoires
    energie|l’énergie
    energies-renouvelables|les énergies renouvelables
    efficacite-energetique|l’efficacité énergétique
    acces-electricite|l’accès à l’électricité
    eclairage-public|l’éclairage public
    reseaux-chaleur|les réseaux de chaleur et de froid
    cuisson-propre|la cuisson propre et le bois-énergie
    biodiversite|la biodiversité et les milieux naturels
    protection-biodiversite|la protection de la biodiversité
    espaces-naturels|les parcs et espaces naturels
    forets|les forêts et le reboisement
    littoral|le littoral et les milieux marins
    education-environnement|l’éducation à l’environnement
    risques|les risques naturels et la résilience
    prevention-risques|la prévention des risques et des inondations
    economie|l’économie durable
    agriculture-rural|l’agriculture et le développement rural
    securite-alimentaire|la sécurité alimentaire et la nutrition
    agroecologie|l’agroécologie et les sols
    maraichage|le maraîchage et les cultures vivrières
    elevage|l’élevage et la santé animale
    irrigation|l’irrigation et l’eau agricole
    filieres-agricoles|les filières et la transformation agricoles
    formation-agricole|la formation et le conseil agricoles
    organisations-paysannes|les organisations paysannes et les coopératives
    peche-aquaculture|la pêche et l’aquaculture
    alimentation-territoriale|l’alimentation locale et les circuits courts
    developpement-rural|le développement rural
    developpement-economique|le développement économique local
    appui-entreprises|la création et l’appui aux entreprises
    artisanat|l’artisanat et les métiers
    economie-sociale|l’économie sociale et solidaire
    commerce-equitable|le commerce équitable et les marchés
    microfinance|la microfinance et le financement
    attractivite|l’attractivité et les échanges économiques
    emploi|l’emploi et l’insertion
    innovation|l’innovation et la recherche appliquée
    tourisme|le tourisme
    tourisme-durable|le tourisme durable
    tourisme-solidaire|le tourisme solidaire et rural
    tourisme-littoral|le tourisme littoral et balnéaire
    infrastructures|les ports, la logistique et les infrastructures
    ports|les ports et les voies d’eau
    logistique|la logistique et le stockage
    education-social|l’éducation, le social et la recherche
    sante|la santé
    soins-primaires|les soins de santé primaires
    sante-maternelle|la santé maternelle et infantile
    hopitaux|la coopération hospitalière
    formation-soignants|la formation des soignants
    maladies-infectieuses|la lutte contre les maladies infectieuses
    prevention-sante|la prévention et l’éducation à la santé
    sante-mentale|la santé mentale et les addictions
    education|l’éducation
    petite-enfance|la petite enfance
    enseignement-primaire|l’enseignement primaire
    enseignement-secondaire|l’enseignement secondaire
    alphabetisation|l’alphabétisation et l’éducation des adultes
    equipements-scolaires|les bâtiments et équipements scolaires
    formation-enseignants|la formation des enseignants
    restauration-scolaire|la restauration scolaire
    formation-professionnelle|la formation professionnelle
    enseignement-technique|l’enseignement technique et professionnel
    apprentissage|l’apprentissage et l’insertion des jeunes
    superieur-recherche|l’enseignement supérieur et la recherche
    cooperation-universitaire|la coopération universitaire
    bourses|les bourses et l’accueil d’étudiants
    recherche|la recherche scientifique
    action-sociale|l’action sociale
    protection-sociale|la protection sociale et la solidarité
    enfance-famille|l’enfance et la famille
    personnes-agees|les personnes âgées
    culture|la culture, le patrimoine et les langues
    patrimoine|le patrimoine
    patrimoine-bati|le patrimoine bâti et les centres anciens
    musees-archives|les musées, les archives et l’archéologie
    patrimoine-immateriel|le patrimoine immatériel et les savoir-faire
    paysages|les paysages et les sites
    action-culturelle|la création et l’action culturelle
    arts-vivants|le spectacle vivant et la musique
    arts-visuels|les arts visuels et le cinéma
    lecture-publique|la lecture publique et les bibliothèques
    industries-culturelles|les industries culturelles et créatives
    echanges-culturels|les échanges culturels et les festivals
    langues-medias|les langues, la francophonie et les médias
    francophonie|la francophonie et la langue française
    echanges-linguistiques|les échanges linguistiques
    medias|les médias et l’information
    ville|les villes, les territoires et les services publics
    urbanisme|le développement urbain
    planification-urbaine|la planification et l’aménagement urbains
    foncier|le foncier et le cadastre
    quartiers|les quartiers précaires et la rénovation urbaine
    espaces-publics|les espaces publics et la nature en ville
    habitat|l’habitat et le logement
    mobilites-transports|les mobilités et les transports
    transports-publics|les transports publics
    voirie|les routes et la voirie
    mobilites-actives|les mobilités actives et électriques
    services-publics|les services publics locaux
    services-urbains|la gestion des services urbains
    marches-equipements|les marchés et équipements publics
    amenagement-territoire|le développement durable des territoires
    numerique|le numérique et les données
    transition-numerique|la transition numérique
    administration-numerique|l’administration numérique
    inclusion-numerique|l’inclusion et la formation numériques
    connectivite|les réseaux et la connectivité
    innovation-numerique|l’innovation et les entreprises numériques
    donnees|les données et la cartographie
    sig|l’information géographique et l’adressage
    observation|l’observation et les statistiques locales
    jeunesse-sport|la jeunesse, le sport et la citoyenneté
    jeunesse|la jeunesse
    echanges-jeunes|les échanges et la mobilité des jeunes
    volontariat|le volontariat et l’engagement
    insertion-jeunes|l’insertion et les compétences des jeunes
    sport|le sport
    pratique-sportive|le sport et l’éducation par le sport
    equipements-sportifs|les équipements et événements sportifs
    citoyennete|la citoyenneté et la solidarité internationales
    education-citoyennete|l’éducation à la citoyenneté mondiale
    echanges-scolaires|les échanges et correspondances scolaires
    """
}
