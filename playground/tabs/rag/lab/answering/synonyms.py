"""Words that say the same, words that say little, and opposites: what a sentence may change of a passage, and what not.

Short lists of everyday words, by hand: what is not in them counts as another word.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from playground.tabs.rag.lab.retrieval.terms import tokens

_SAME = {
    "en": """
        found founded establish established create created set start started begin began begun launch
        close closed shut | open opened opens | cost costs price charge fee | ticket admission entry entrance
        last lasts valid run runs take takes require need needs | buy bought purchase | sell sold | pay paid spend spent
        make made build built produce | write wrote written author | say said state stated tell told | get got receive
        give gave given grant provide offer | take took taken | bring brought | keep kept store stored
        hold held contain
        lead led direct manage head | teach taught | think thought | know knew known | find found | lose lost | win won
        meet met | leave left depart | send sent | grow grew grown | become became | begin began begun | eat ate eaten
        drink drank | drive drove driven | choose chose chosen | break broke broken | speak spoke spoken
        draw drew drawn
        fall fell fallen | feel felt | fly flew | go went gone | hear heard | lend lent | let allow permit may can
        read | rise rose risen | see saw seen | show shown | sing sang sung | sit sat | sleep slept | stand stood
        steal stole stolen | swim swam | throw threw thrown | understand understood | wear wore worn
        allowed permitted admitted | forbid forbidden prohibit prohibited ban banned | big large great | small little
        photograph photo picture photography | unplug plug | weekly week | daily day | yearly annual year
        monthly month
        pupil student | teacher instructor | child children | man men | woman women | person people | near close
        house home | help helps assist | cover covers include includes | damage damages harm | fix repair mend
        borrow loan | return give | use employ apply | measure measured | gather collect collected | about approximately
        currently now today | also too | first initially | director head | car automobile vehicle | fast quick rapid
        clean wash rinse | free gratis charge | must required obligatory mandatory | before earlier | after later
    """,
    "es": """
        fundar fundó fundada crear creó creada establecer estableció inaugurar inauguró abrir
        cerrar cierra cerrado | abrir abre abierto abierta | costar cuesta precio valer vale | entrada billete
        durar dura tardar tarda necesitar necesita requerir requiere válido válida | comprar compra adquirir
        recoger recogieron cosechar cosecharon recolectar | llamar llama nombre | llevar llevarse coger tomar
        poder puede pueden permitir permite permitido | prohibir prohíbe prohíben prohibido prohibida
        hacer hace hizo hecho | decir dice dijo dicho afirmar señalar | dar da dio ofrecer ofrece proporcionar
        tener tiene tuvo contar contener contiene | ir va fue | venir viene vino | poner pone puso puesto
        ver ve vio visto | saber sabe supo | querer quiere quiso | escribir escribió escrito | volver vuelve vuelto
        devolver devuelve devuelto | perder pierde perdió perdida | mover mueve | contar cuenta | pedir pide pidió
        servir sirve sirvió | seguir sigue siguió | dormir duerme durmió | morir muere murió muerto | nacer nace nació
        jugar juega jugó | soler suele | encontrar encuentra | empezar empieza empezó comenzar comienza iniciar
        acabar terminar finalizar | usar utilizar emplear | comer come | beber | medir mide midió | regar riega
        plantar sembrar | estudiante alumno alumna | profesor profesora docente maestro | coche automóvil vehículo
        grande gran | pequeño pequeña | rápido veloz | casa hogar | ayudar ayuda | arreglar reparar repara
        semanal semana semanalmente | diario diariamente día | anual anualmente año | mensual mes mensualmente
        limpiar lavar | salir partir
        menor niño niña | gratis gratuito gratuita | obligatorio obligatoria deber debe | ahora actualmente
        directora director dirigir dirige | madurar maduro | préstamo prestar presta prestan prestado | reunir reúne
        renovar renueva | proteger protege | dañar daña daño estropear | incluir incluye cubrir cubre
    """,
}
_LIGHT = {
    "en": """be have do make use get give take go come put called named known including include includes each every
        approximately around about located found possible able according stated mentioned total both respectively
        specifically well however therefore thus also indeed means example like based part way kind type
        person people thing one two first since although though unless whether then hence per text answer provided given
        described listed various several additionally moreover furthermore finally would shall""",
    "es": """ser estar tener haber hacer poder usar dar ir venir poner llamar llama llamado llamada incluyendo incluir
        aproximadamente alrededor situado situada ubicado ubicada encontrar encuentra posible según indica menciona
        total ambos ambas respectivamente concretamente sin embargo además ejemplo parte manera tipo persona personas
        cosa vez necesita deber puede pueden podrá podrán podía podían pudo entonces así texto respuesta indicado
        descrito
        varios varias diversos diversas finalmente asimismo deberá deberán usa usan""",
}
_OPPOSITE = {
    "en": """open closed | allow forbid prohibit ban reject | allowed forbidden prohibited | win lose | won lost
        before after | more less fewer | increase decrease | rise fall | hot cold | always never | first last
        accept reject refuse | include exclude | buy sell | lend borrow | start end stop | early late | high low
        possible impossible | required optional | free paid | full empty | inside outside""",
    "es": """abierto cerrado | abrir cerrar | permitir prohibir | permite prohíbe | ganar perder | ganó perdió
        antes después | aumentar disminuir | subir bajar | caliente frío | siempre nunca | primero último
        aceptar rechazar | incluir excluir | comprar vender | empezar terminar | alto bajo | posible imposible
        obligatorio optativo voluntario | gratis | lleno vacío | dentro fuera""",
}


@dataclass(frozen=True, slots=True)
class Synonyms:
    """A language's, as stems. `same` and `opposite`: a stem and those that it may stand for, or against."""

    same: Mapping[str, frozenset[str]]
    opposite: Mapping[str, frozenset[str]]
    light: frozenset[str]


@cache
def synonyms(language: str) -> Synonyms:
    """Empty for a language without lists."""
    return Synonyms(
        same=_relate(_SAME.get(language, ""), language),
        opposite=_relate(_OPPOSITE.get(language, ""), language),
        light=frozenset(_stems(_LIGHT.get(language, ""), language)),
    )


def _relate(groups: str, language: str) -> dict[str, frozenset[str]]:
    found = dict[str, frozenset[str]]()
    for group in groups.replace("\n", "|").split("|"):
        stems = frozenset(_stems(group, language))
        for stem in stems:
            found[stem] = found.get(stem, frozenset()) | stems
    return found


def _stems(words: str, language: str) -> list[str]:
    return [one.stem for one in tokens(words, language) if one.stem]
