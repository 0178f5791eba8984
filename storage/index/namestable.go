package index

import "strings"

// namesakes are spellings of one name, folded, a name to a line: the common
// English transliterations of Arabic, Urdu, Bengali, Turkish, Somali, Slavic,
// Vietnamese, Welsh, Irish and West African names, and English names with
// several spellings. A spelling may stand in several lines.
const namesakes = `
mohammed muhammad mohamed mohammad mohamad muhammed mohamud mahamed mohd muhamed mehmet mehmed mamadou mahomed
ahmed ahmad ahmet achmed ahmedou
mahmoud mahmud mahmood mehmood mahamud
mustafa mustapha moustafa moustapha mostafa
hussein hussain husain hossain hossein hussien huseyin
hassan hasan hassen
ali aly alie
abdullah abdallah abdulla abdella abdullahi
abdul abdel abd abdoul
abdirahman abdurrahman abdulrahman abdelrahman abdirahmaan abdurahman abdrahman
ibrahim ebrahim ibraheem abrahim
ismail ismael ishmael esmail ismaeel
yusuf yousef youssef yousuf yusef yousif yousaf yusif
yunus younis younes yunis younus
omar umar omer umer
osman uthman usman othman ousmane uthmaan
bilal bilaal belal billal
khalid khaled halid
hamza hamzah hamsa
idris idrees edris
ilyas elias iliyas elyas
isa issa eesa essa
musa moussa moosa mousa
sulaiman suleiman suleyman soliman sulayman solomon suleman
saeed said sayeed saeid sayed syed sayyid
salah saleh salih
rashid rasheed rachid
karim kareem kerim
jamal gamal djamal cemal jamaal
jamil jameel gamil cemil
amin ameen emin
tariq tarek tarik tareq
zakariya zakaria zachariah zakariyya zekeriya
yasin yaseen yassin yacine
imran emran imraan
iqbal ikbal eqbal
aisha ayesha aysha aishah aicha ayse aesha asha caasha
fatima fatimah fatma fathima fatema faduma fadumo fatoumata
khadija khadijah kadija hatice khadiza khadeeja
maryam mariam miriam meryem maryum mariyam
zaynab zainab zeinab zeynep zeinabou
zahra zahraa zara zehra
hafsa hafsah hafza
safiya safia safiyah sofiya
sumaya sumayyah sumaiya soumaya
nadia nadiya nadya
nasreen nasrin nesrin
yasmin yasmeen jasmin jasmine yasemin yasmine
layla leila laila leyla
noor nur nour noura noora
huda hudaa houda
amina aminah aamina aminata emine
rukhsana roxana roxanne ruksana
shakira shakeera
farah farrah
nguyen ngyuen nguyn nuyen nguyeen
huynh hunyh
phuong phoung
sean shaun shawn shane
sian shan
owain owen owein ywain
rhys reece reese rees reis
llywelyn llewellyn llewelyn llewellin
gwen gwenn
dafydd david daffyd dewi
ieuan ifan evan iwan
sioned sionedd janet
sion john jon
carys caris cerys
megan meghan meagan meaghan
niamh neve neave nieve
siobhan shivaun chevonne shevaun shivonne
aoife eefa ifa
caoimhe keeva kiva queeva
saoirse seersha sersha
ciara keira kiera kira keera
caitlin kaitlin kaitlyn katelyn caitlyn catelyn
aine anya
sinead shinade
roisin rosheen
eoin owen eoghan ewan euan ewen
oisin osheen
padraig patrick podrig padraic
seamus shamus
liam lyam
cian kian kean
ciaran kieran kieron keiran
catherine katherine kathryn katharine catharine cathryn kathrin katarina katarzyna ekaterina
stephen steven stefan steffan stephan stefen
philip phillip filip philippe
geoffrey jeffrey jeffery geoffery
jonathan jonathon johnathan johnathon
matthew mathew matteo mateusz
nicholas nicolas nikolas nicolae
michael micheal mikael michal mikhail
alexander aleksander alexandre aleksandr alexandar
alexandra aleksandra
christopher kristopher kristoffer krzysztof
christina kristina krystyna cristina
christine kristine
kirsten kirstin kirstyn
kirsty kirstie
sarah sara saara
hannah hanna hana
rebecca rebekah rebeca
rachel rachael raquel
elizabeth elisabeth elizabet elzbieta
isabel isobel isabelle isabella izabela
eleanor elinor eleanore elanor
ann anne anna ana
lynn lynne linn
teresa theresa therese tereza
marie maree mary maria
natalie nathalie natalia nataliya
sophie sofie sophia sofia zofia
zoe zoey zowie
chloe khloe cloe
lucy lucie
amy aimee ami aimie
emily emilie emelie emilia
abigail abigayle abbigail abigale
georgia jorja
gemma jemma
jodie jody jodi
kelly kelley kellie
lesley leslie
lindsay lindsey lyndsey lynsey linsey
tracey tracy traci
stacey stacy
ashley ashleigh ashlee
leigh lee
hayley hailey haley haylee
jasmine yasmine jasmin
aaron aron arron
adrian adrien
alan allan allen alun
anthony antony antoni anton
brian bryan bryn
callum calum kallum
carl karl
conor connor
craig kraig
daniel daniil danyal
darren daren darran
dylan dillon
eric erik
frederick frederic fredrick
gareth garath
gavin gavyn
gary garry
graham graeme grahame
harry harri
ian iain
isaac issac izaak
jacob jakob jakub
jaydon jayden jaden jaiden
joseph josef yusuf jozef
justin justyn
kevin kevan
kyle kile
lewis louis luis
luke luc lukas lukasz lucas
marc mark
martin martyn
neil neal niall
nathan nathen
oliver olivier
pawel pavel
peter petr piotr pyotr
robin robyn

samuel samual
simon symon szymon
stuart stewart
terence terrence
thomas tomas tomos tomasz
timothy timothee
toby tobi
tony toni
vincent vincente
william wiliam willem
zachary zachery zackary
smith smyth smythe
brown browne
clark clarke
reid reed read
thompson thomson tomson
davies davis
macdonald mcdonald
mackenzie mckenzie
mclean maclean mclain
obrien obrian obryan
oneill oneil oneal
oconnor oconner connor
osullivan sullivan
philips phillips
matthews mathews
harris harries
rogers rodgers
nicholson nicolson
pearce pierce peirce
stevens stephens
stevenson stephenson
johnson johnston johnstone
kowalska kowalski
nowak novak
ivanov ivanova
khan kahn
chowdhury choudhury chaudhry chaudhary choudhry chaudhri choudhary
begum begam
ahmadi ahmedi
rahman rehman
hussaini hosseini
sheikh shaikh sheik shaykh
qureshi quraishi koreshi
siddiqui siddiqi siddique
mirza meerza
malik maalik
singh sing
kaur kour

li lee
wang wong huang
chan chen
zhang chang cheung

oluwaseun seun
okafor okafo okaforh
chukwu chuku
`

// namesakesOf leads from a spelling to the others.
var namesakesOf = func() map[string][]string {
	of := map[string][]string{}
	for line := range strings.Lines(namesakes) {
		spellings := strings.Fields(line)
		for _, a := range spellings {
			for _, b := range spellings {
				if a != b {
					of[a] = append(of[a], b)
				}
			}
		}
	}
	return of
}()

// sameName returns the known other spellings of a name.
func sameName(name string) []string { return namesakesOf[name] }
